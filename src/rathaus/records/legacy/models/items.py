"""Items of a run, and what was imported ever."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.records.legacy.models.runs import ImportRun
from rathaus.records.models import Document


class ItemState(models.TextChoices):
    """What becomes of one file."""

    READY = "ready", _("wird übernommen")
    PROBLEM = "problem", _("Problem")
    DUPLICATE = "duplicate", _("schon vorhanden")
    DONE = "done", _("übernommen")
    FAILED = "failed", _("nicht übernommen")


class ImportItem(models.Model):
    """One file with the place it goes to, or the reason why it does not."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    """Place in the walk, or line of the table."""
    path = models.CharField(max_length=1000)
    """As people read it; bytes that are no UTF-8 appear as �."""
    raw = models.BinaryField()
    """The bytes of the path below the run's folder."""
    path_key = models.CharField(max_length=64)
    """sha256 of `raw`."""
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    office = models.CharField(max_length=60)
    plan_code = models.CharField(max_length=20, blank=True, default="")
    dossier = models.CharField(max_length=200, blank=True, default="")
    case = models.CharField(max_length=200, blank=True, default="")
    old_reference = models.CharField(max_length=100, blank=True, default="")
    title = models.CharField(max_length=250, blank=True, default="")
    document_date = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.READY)
    problem = models.CharField(max_length=20, blank=True, default="")
    detail = models.CharField(max_length=200, blank=True, default="")
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="legacy_items"
    )

    class Meta:
        ordering = ["run", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "position"], name="legacy_item_place"),
            models.CheckConstraint(
                condition=Q(state__in=ItemState.values), name="legacy_item_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=ItemState.DONE) | Q(document__isnull=False),
                name="legacy_done_has_document",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run", "state", "position"]),
            models.Index(fields=["run", "path_key"]),
        ]

    def __str__(self) -> str:
        return self.path


class Imported(models.Model):
    """What was filed from where: the same file from the same place never comes twice.

    The digests stay when the document was destroyed at the end of its retention: importing
    the old folder once more must not bring it back.
    """

    path_key = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    document = models.OneToOneField(
        Document, null=True, on_delete=models.SET_NULL, related_name="legacy_origin"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["path_key", "sha256"], name="legacy_imported_once")
        ]
