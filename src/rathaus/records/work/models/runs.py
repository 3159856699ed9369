"""Co-signing runs (Geschäftsgang, Mitzeichnung): steps in order or side by side."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from rathaus.organisation.models import Office, StaffMember
from rathaus.records.models import Case, DocumentVersion
from rathaus.records.work.states import Ask, RunState, StepResult, StepStatus


class RunTemplate(models.Model):
    """Steps an office often uses: a list of {ask, staff | office, position, days}."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    steps = models.JSONField(default=list)

    class Meta:
        ordering = ["name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["office", "name"], name="work_run_template_once")
        ]

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """One run over versions of documents of a case."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="work_runs")
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    owner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    protocol = models.ForeignKey(
        "records.Document", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state=RunState.RUNNING, ended_at__isnull=True)
                | (Q(state__in=RunState.values) & Q(ended_at__isnull=False)),
                name="work_run_end",
            )
        ]

    def __str__(self) -> str:
        return self.title


class RunDocument(models.Model):
    """A version that is signed; its document is locked while the run runs."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="documents")
    version = models.ForeignKey(
        DocumentVersion, on_delete=models.CASCADE, related_name="work_run_documents"
    )

    class Meta:
        ordering = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "version"], name="work_run_document_once")
        ]


class RunStep(models.Model):
    """What one person or office is asked for. Steps of one position run side by side."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    ask = models.CharField(max_length=10, choices=Ask.choices)
    staff = models.ForeignKey(
        StaffMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    office = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(max_length=3, choices=StepStatus.choices, default=StepStatus.FUTURE)
    result = models.CharField(max_length=10, choices=StepResult.choices, blank=True, default="")
    due_on = models.DateField(null=True, blank=True)
    comment = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        StaffMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    for_absent = models.BooleanField(default=False)
    """Done by the substitute, "i. V."."""
    digest = models.CharField(max_length=64, blank=True, default="")
    """sha256 over run, step, person and the sha256 of each version: what was signed."""

    class Meta:
        ordering = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "number"], name="work_run_step_once"),
            models.CheckConstraint(
                condition=Q(staff__isnull=True, office__isnull=False)
                | Q(staff__isnull=False, office__isnull=True),
                name="work_run_step_for_one",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["staff", "status"]),
            models.Index(fields=["office", "status"]),
        ]
