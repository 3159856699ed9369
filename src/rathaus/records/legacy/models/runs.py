"""Import runs."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.core.actors import Actor
from rathaus.core.models import Blob, Chain
from rathaus.organisation.models import Office
from rathaus.records.legacy import reasons
from rathaus.records.legacy.mapping import Mapping
from rathaus.records.legacy.states import RunState


class Source(models.TextChoices):
    """Where the files and what is known of them come from."""

    FOLDER = "folder", _("Ordner")
    TABLE = "table", _("Tabelle (CSV) mit Dateien")


class ImportRun(models.Model):
    """One import: read, checked (the dry run), then filed piece by piece."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=40, unique=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="legacy_runs")
    chain = models.OneToOneField(Chain, on_delete=models.PROTECT, related_name="legacy_run")
    source = models.CharField(max_length=10, choices=Source.choices)
    base = models.CharField(max_length=500)
    """Absolute folder below which every file lies."""
    table = models.ForeignKey(
        Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="legacy_tables"
    )
    """The CSV as it was given; the run reads this and no later state of the file."""
    name = models.CharField(max_length=200)
    """What people call the source: folder or file name."""
    mapping_data = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.DRAFT)
    reason = models.CharField(max_length=300, blank=True)
    """Why reading broke off or filing waits, a code of `reasons`."""
    started_by = models.CharField(max_length=64)
    started_by_name = models.CharField(max_length=120)
    started_by_office = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    cursor = models.TextField(blank=True, default="")
    """Where reading goes on: position of the last item read."""
    total = models.PositiveIntegerField(default=0)
    ready = models.PositiveIntegerField(default=0)
    problems = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=160, blank=True, default="")
    """Who works on it now (host, boot, process, token); "" for nobody."""
    worker_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="legacy_run_state")
        ]

    def __str__(self) -> str:
        return self.reference

    @cached_property
    def mapping(self) -> Mapping:
        """How levels or columns become places, typed."""
        return Mapping.model_validate(self.mapping_data)

    @property
    def actor(self) -> Actor:
        """Who started it; the events of what jobs file name this person."""
        return Actor.staff(self.started_by, self.started_by_name, self.started_by_office)

    @property
    def reason_said(self) -> str:
        """Why it does not go on, as a sentence; "" if it does."""
        return reasons.said(self.reason)

    @property
    def percent(self) -> int:
        """Share of the readable items that are through, 0 to 100."""
        all_ = self.ready + self.done + self.failed
        return 100 * (self.done + self.failed) // all_ if all_ else 0
