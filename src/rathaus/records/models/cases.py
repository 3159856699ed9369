"""Cases."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Q

from rathaus.core.models import Chain
from rathaus.core.quick import QuickInsert
from rathaus.organisation.models import Office
from rathaus.records.models.dossiers import Dossier
from rathaus.records.models.salt import new_salt
from rathaus.records.states import CaseState, Disposal


class CaseQuerySet(models.QuerySet["Case"]):
    """Reads of cases; every face begins with `visible_in`."""

    def visible_in(self, scopes: Iterable[str]) -> CaseQuerySet:
        """Only cases of dossiers in these scopes (`queries.scopes_for`); none for no scope."""
        return self.filter(dossier__scope__in=list(scopes))

    def with_place(self) -> CaseQuerySet:
        """Dossier, plan entry and office in the same query."""
        return self.select_related("dossier__filing_plan_entry", "office")


class Case(QuickInsert):
    """A matter (Vorgang) in a dossier, with its own history."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="cases")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="cases")
    chain = models.OneToOneField(Chain, on_delete=models.PROTECT, related_name="records_case")
    series = models.CharField(max_length=80, blank=True)
    """Series the number was drawn from; empty for a reference given from outside."""
    number = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    retention_years = models.PositiveSmallIntegerField()
    disposal = models.CharField(max_length=1, choices=Disposal.choices)
    retention_until = models.DateField(null=True, blank=True)
    """Last day of retention; nothing of the case can be deleted up to and on it."""
    indexed = models.BooleanField(default=False)
    filed = models.PositiveIntegerField(default=0)
    """Last number that was given to a document here; never given again."""

    objects: ClassVar[CaseQuerySet] = CaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="records_state"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True, retention_until__isnull=True)
                | Q(state="closed", closed_at__isnull=False, retention_until__isnull=False),
                name="records_closed_has_dates",
            ),
            models.UniqueConstraint(
                fields=["series", "number"], condition=~Q(series=""), name="records_number_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["office", "-opened_at"]),
            models.Index(fields=["state", "retention_until"]),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"
