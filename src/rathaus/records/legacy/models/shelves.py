"""What stands on paper: rooms, cabinets, shelves, in metres."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.core.models import Chain
from rathaus.organisation.models import Office
from rathaus.records.legacy.models.runs import ImportRun
from rathaus.records.scanning.models import ScanBatch


class ShelfState(models.TextChoices):
    """Where the work on a shelf stands."""

    OPEN = "open", _("noch nicht begonnen")
    WORKING = "working", _("in Arbeit")
    DONE = "done", _("leer")
    KEPT = "kept", _("bleibt Papier")


class Shelf(models.Model):
    """A shelf or cabinet; `centimetres` of paper stand on it when the work begins."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="shelves")
    room = models.CharField(max_length=80)
    cabinet = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=80)
    content = models.CharField(max_length=200, blank=True)
    centimetres = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    cleared = models.PositiveIntegerField(default=0)
    """Centimetres that are digital by now: the sum of the works, at most `centimetres`."""
    priority = models.PositiveSmallIntegerField(default=2)
    """1 comes first, 3 last."""
    state = models.CharField(max_length=8, choices=ShelfState.choices, default=ShelfState.OPEN)
    chain = models.OneToOneField(Chain, null=True, on_delete=models.PROTECT, related_name="+")
    """Its history; a shelf from before has one from its next change on."""
    removed_at = models.DateTimeField(null=True)
    """Since then it counts no more: a mistake, or the shelf is gone."""

    class Meta:
        ordering = ["priority", "office__position", "room", "cabinet", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["office", "room", "cabinet", "name"],
                condition=Q(removed_at__isnull=True),
                name="legacy_shelf_once",
            ),
            models.CheckConstraint(
                condition=Q(cleared__lte=models.F("centimetres")), name="legacy_shelf_cleared"
            ),
            models.CheckConstraint(
                condition=Q(priority__gte=1, priority__lte=3), name="legacy_shelf_priority"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ShelfState.values), name="legacy_shelf_state"
            ),
        ]

    def __str__(self) -> str:
        return " · ".join(part for part in (self.room, self.cabinet, self.name) if part)

    @property
    def left(self) -> int:
        """Centimetres still to do; none where the paper stays."""
        return 0 if self.state == ShelfState.KEPT else self.centimetres - self.cleared


class ShelfWork(models.Model):
    """Centimetres taken off a shelf on a day, by a scan batch, an import run, or by hand."""

    shelf = models.ForeignKey(Shelf, on_delete=models.PROTECT, related_name="works")
    day = models.DateField()
    centimetres = models.PositiveIntegerField()
    run = models.ForeignKey(
        ImportRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="shelf_works"
    )
    batch = models.ForeignKey(
        ScanBatch, null=True, blank=True, on_delete=models.SET_NULL, related_name="shelf_works"
    )
    note = models.CharField(max_length=200, blank=True)
    made_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["shelf", "batch"],
                condition=Q(batch__isnull=False),
                name="legacy_shelf_batch_once",
            ),
            models.UniqueConstraint(
                fields=["shelf", "run"],
                condition=Q(run__isnull=False),
                name="legacy_shelf_run_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["day"])]
