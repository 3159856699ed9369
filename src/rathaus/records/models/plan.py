"""The filing plan (Aktenplan)."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from rathaus.records.states import Access, Disposal


class FilingPlanEntry(models.Model):
    """A place in the filing plan (Aktenplaneinheit); carries retention, disposal and access.

    What is `own_…` was set here; empty means that it comes from the place above. The fields
    without `own_` hold what counts, so that nobody has to climb the tree to read it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    own_years = models.PositiveSmallIntegerField(null=True, blank=True)
    own_disposal = models.CharField(max_length=1, blank=True, default="")
    own_access = models.CharField(max_length=10, blank=True, default="")
    retention_years = models.PositiveSmallIntegerField()
    disposal = models.CharField(max_length=1, choices=Disposal.choices)
    access = models.CharField(max_length=10, choices=Access.choices, default=Access.OFFICE)
    scope = models.CharField(max_length=40, blank=True, default="")
    """Scope of the dossiers below: empty for "the keeping office", else town or entry:<pk>."""
    note = models.CharField(max_length=300, blank=True)
    case_pattern = models.CharField(max_length=80, blank=True, default="")
    """The town's pattern of references, kept here so that opening a case asks for nothing more."""
    retired_at = models.DateTimeField(null=True, blank=True)
    """Since then no dossier is made here by hand; what is there stays."""

    objects: ClassVar[Any] = models.Manager()

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
            models.CheckConstraint(
                condition=Q(access__in=Access.values), name="records_plan_access"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class FormerCode(models.Model):
    """A code that a place had before: references and services that name it still find it."""

    code = models.CharField(max_length=20, unique=True)
    entry = models.ForeignKey(
        FilingPlanEntry, on_delete=models.PROTECT, related_name="former_codes"
    )
    until = models.DateTimeField()


class NumberPatterns(models.Model):
    """How the town writes its references: one row; without it the defaults count."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    case = models.CharField(max_length=80)
    dossier = models.CharField(max_length=80)
    document = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="records_one_patterns")
        ]


class PlanChain(models.Model):
    """The history of the filing plan: one chain for the whole plan."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    chain = models.OneToOneField("core.Chain", on_delete=models.PROTECT, related_name="+")
