"""Work on pages that takes longer than a person should wait: done by a job, part by part."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.core.actors import Actor
from rathaus.core.models import Blob
from rathaus.organisation.models import Office
from rathaus.records.intake.models.items import Item


class WorkKind(models.TextChoices):
    """What is done."""

    EDIT = "edit", _("Seiten ordnen und drehen")
    SPLIT = "split", _("Teilen")
    MERGE = "merge", _("Zusammenfügen")
    SEPARATE = "separate", _("An Trennblättern teilen")
    UNPACK = "unpack", _("Archiv auspacken")


class WorkState(models.TextChoices):
    """Where it stands."""

    WAITING = "waiting", _("beginnt gleich")
    RUNNING = "running", _("läuft")
    DONE = "done", _("fertig")
    FAILED = "failed", _("gescheitert")


class Work(models.Model):
    """One order. While it is open its items are in state ``working``: nobody else touches them."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=WorkKind.choices)
    state = models.CharField(
        max_length=10, choices=WorkState.choices, default=WorkState.WAITING.value
    )
    actor = models.JSONField()
    """Who ordered it: the fields of an `Actor`."""
    plan = models.JSONField(default=list)
    """The parts wanted (`rathaus.records.intake.planning`); of separating, made while looking."""
    looked = models.PositiveIntegerField(default=0)
    """Pages looked at for separator sheets."""
    sheets = models.JSONField(default=list)
    """Sheets found so far: [[page number, reference], …]."""
    total = models.PositiveIntegerField()
    """Steps to do: pages to look at, then parts to make."""
    done = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=WorkState.values), name="intake_work_state"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "touched_at"], name="intake_work_by_state")
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in {WorkState.WAITING, WorkState.RUNNING}

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return min(100, 100 * self.done // max(self.total, 1))

    @property
    def who(self) -> Actor:
        """The person, or the software, that ordered it."""
        return Actor(**self.actor)


class WorkSource(models.Model):
    """An item that a work takes pages from."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="sources")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="works")
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["work", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["work", "number"], name="intake_work_source_once")
        ]


class WorkPart(models.Model):
    """A part whose bytes are made; it becomes an item when all of them are."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    """Place in the plan, from 0."""
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    """Until the item holds it."""
    item = models.ForeignKey(Item, null=True, on_delete=models.SET_NULL, related_name="made_by")

    class Meta:
        ordering = ["work", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["work", "number"], name="intake_work_part_once")
        ]
