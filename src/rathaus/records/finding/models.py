"""Saved searches, who looked at them when, and the state of a reindex."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from rathaus.organisation.models import Office, StaffMember
from rathaus.records.models import Dossier


class SavedSearch(models.Model):
    """A search with a name: of one person, or shared with an office."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=2000)
    """The search itself: what stands behind the "?" of the search page (`wanted.Wanted`)."""
    owner = models.ForeignKey(
        StaffMember, on_delete=models.CASCADE, related_name="saved_record_searches"
    )
    office = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    """Whoever works there sees it too; each with what (s)he may read."""
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner", "name"], name="finding_search_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Look(models.Model):
    """Up to where somebody saw the results of a saved search."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="looks")
    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="+")
    position = models.BigIntegerField()
    """Place of the newest entry then (`rathaus.search`)."""
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["search", "staff"], name="finding_look_once")
        ]


class Reindex(models.Model):
    """One run over the whole record: one row, so that a run goes on where it was stopped."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    everything = models.BooleanField()
    """From scratch; else only what the search does not know."""
    last_case = models.BigIntegerField(default=0)
    """Cases up to this primary key are done."""
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    """Documents and cases, as counted at the beginning."""
    last_entry = models.BigIntegerField(default=0)
    """Entries of the search up to this primary key were compared with the record."""
    removed = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="finding_one_reindex")
        ]


class DossierTerm(models.Model):
    """A term under which a dossier made by hand is found (`plan_search`)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="+")
    term = models.CharField(max_length=60, db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dossier", "term"], name="finding_dossier_term_once")
        ]
