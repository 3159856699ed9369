"""Filing plan and dossiers."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rathaus.organisation.models import Office
from rathaus.records.states import Disposal


class FilingPlanEntry(models.Model):
    """A place in the filing plan (Aktenplaneinheit); carries retention and disposal."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    retention_years = models.PositiveSmallIntegerField()
    disposal = models.CharField(max_length=1, choices=Disposal.choices)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="records_plan_not_own_parent",
            ),
            models.CheckConstraint(
                condition=Q(disposal__in=Disposal.values), name="records_plan_disposal"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Dossier(models.Model):
    """A file (Akte): what one office keeps at one place of the plan in one year."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    filing_plan_entry = models.ForeignKey(
        FilingPlanEntry, on_delete=models.PROTECT, related_name="dossiers"
    )
    year = models.PositiveSmallIntegerField()
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="dossiers")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["-year", "reference"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["filing_plan_entry", "year", "office"], name="records_dossier_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"
