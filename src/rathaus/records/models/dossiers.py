"""Dossiers (Akten) and where their paper is."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from rathaus.core.models import Chain
from rathaus.organisation.models import Office, StaffMember
from rathaus.records.models.plan import FilingPlanEntry
from rathaus.records.models.salt import new_salt
from rathaus.records.states import Access, CaseState, Disposal, Medium

MAX_DEPTH = 5
"""xdomea allows five levels of dossiers, cases and documents below each other."""
DOSSIER_LEVELS = MAX_DEPTH - 2
"""A dossier, a sub-dossier and one more: case and document need a level each."""


class DossierQuerySet(models.QuerySet["Dossier"]):
    """Reads of dossiers; every face begins with `visible_in`."""

    def visible_in(self, scopes: Iterable[str]) -> DossierQuerySet:
        """Only dossiers in these scopes (`queries.scopes_for`); none for an empty list."""
        return self.filter(scope__in=list(scopes))

    def with_place(self) -> DossierQuerySet:
        """Plan entry, office and the dossier above in the same query."""
        return self.select_related("filing_plan_entry", "office", "parent")


class Dossier(models.Model):
    """A file (Akte): made by itself for each place, year and office, or by hand for a subject."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    filing_plan_entry = models.ForeignKey(
        FilingPlanEntry, on_delete=models.PROTECT, related_name="dossiers"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    """Set for a sub-dossier; it has place and office of the dossier above."""
    year = models.PositiveSmallIntegerField()
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="dossiers")
    automatic = models.BooleanField(default=True)
    """Made by itself, once for each place, year and office."""
    chain = models.OneToOneField(
        Chain, null=True, blank=True, on_delete=models.PROTECT, related_name="records_dossier"
    )
    """History of the dossier itself; an automatic one has it from its first change on."""
    series = models.CharField(max_length=80, blank=True, default="")
    number = models.PositiveIntegerField(null=True, blank=True)
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    retention_years = models.PositiveSmallIntegerField(default=0)
    disposal = models.CharField(max_length=1, choices=Disposal.choices, default=Disposal.APPRAISE)
    retention_until = models.DateField(null=True, blank=True)
    medium = models.CharField(max_length=3, choices=Medium.choices, default=Medium.ELECTRONIC)
    location = models.CharField(max_length=120, blank=True, default="")
    """Where the paper stands; empty for an electronic dossier."""
    note = models.TextField(blank=True, default="")
    own_access = models.CharField(max_length=10, blank=True, default="")
    access = models.CharField(max_length=10, choices=Access.choices, default=Access.OFFICE)
    scope = models.CharField(max_length=40, db_index=True, default="")
    """Who may read: office:<pk>, town, entry:<pk> or dossier:<pk>; `access.py` computes it."""
    above_scope = models.CharField(max_length=40, blank=True, default="", db_index=True)
    """For a scope of its own: whoever reads in this one may read here too."""

    objects: ClassVar[DossierQuerySet] = DossierQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-year", "reference"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["filing_plan_entry", "year", "office"],
                condition=Q(automatic=True),
                name="records_dossier_once",
            ),
            models.UniqueConstraint(
                fields=["series", "number"],
                condition=~Q(series=""),
                name="records_dossier_number_once",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="records_dossier_not_own_parent",
            ),
            models.CheckConstraint(
                condition=Q(access__in=Access.values), name="records_dossier_access"
            ),
            models.CheckConstraint(
                condition=Q(medium__in=Medium.values), name="records_dossier_medium"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True, retention_until__isnull=True)
                | Q(state="closed", closed_at__isnull=False, retention_until__isnull=False),
                name="records_dossier_closed_has_dates",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["filing_plan_entry", "parent", "-id"], name="records_dossier_in"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_open(self) -> bool:
        """Whether cases may be opened in it."""
        return self.state == CaseState.OPEN

    @property
    def has_paper(self) -> bool:
        """Whether there is something to lend."""
        return self.medium != Medium.ELECTRONIC


class Loan(models.Model):
    """Paper of a dossier that somebody took away."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="loans")
    borrower = models.ForeignKey(
        StaffMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    borrower_name = models.CharField(max_length=120)
    """The person or, outside the town hall, the body that has it, e.g. a court."""
    purpose = models.CharField(max_length=200, blank=True, default="")
    since = models.DateField()
    due = models.DateField()
    back = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["due", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(back__isnull=True), name="records_lent_once"
            ),
            models.CheckConstraint(condition=Q(due__gte=F("since")), name="records_loan_span"),
        ]

    def is_overdue(self, on: date) -> bool:
        """Whether it should have come back before `on`."""
        return self.back is None and self.due < on


class AccessGrantQuerySet(models.QuerySet["AccessGrant"]):
    """Reads of grants."""

    def active(self, on: date) -> AccessGrantQuerySet:
        """Those that count on this day."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=on), revoked_at__isnull=True)


class AccessGrant(models.Model):
    """Somebody, or everybody of an office, may read or write one dossier or plan entry."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(
        Dossier, null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    entry = models.ForeignKey(
        FilingPlanEntry, null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    staff = models.ForeignKey(
        StaffMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    office = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    may_write = models.BooleanField(default=False)
    until = models.DateField(null=True, blank=True)
    """Last day; empty: until it is taken back."""
    reason = models.CharField(max_length=200)
    given_by = models.CharField(max_length=120)
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = AccessGrantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(dossier__isnull=False, entry__isnull=True)
                | Q(dossier__isnull=True, entry__isnull=False),
                name="records_grant_on_one",
            ),
            models.CheckConstraint(
                condition=Q(staff__isnull=False, office__isnull=True)
                | Q(staff__isnull=True, office__isnull=False),
                name="records_grant_to_one",
            ),
        ]
