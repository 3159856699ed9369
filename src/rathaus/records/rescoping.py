"""After a move or a change of access the search has to know the new scope."""

from __future__ import annotations

from rathaus.core.jobs import enqueue, job
from rathaus.records import jobs
from rathaus.records.models import Case, Document, Dossier

CHUNK = 100
"""Cases that one job puts into the search anew; the next job goes on after them."""


@job("records.reindex_dossiers")
def reindex_dossiers(*, dossiers: list[int], after: int = 0) -> None:
    """Put all cases of `dossiers` into the search anew."""
    keys = list(
        Case.objects.filter(dossier__in=dossiers, pk__gt=after)
        .order_by("pk")
        .values_list("pk", flat=True)[:CHUNK]
    )
    _anew(keys)
    if len(keys) == CHUNK:
        enqueue(reindex_dossiers, dossiers=dossiers, after=keys[-1])


@job("records.reindex_entry")
def reindex_entry(*, entry: int, after: int = 0) -> None:
    """Put everything at and below a place of the plan that shares its scope in anew."""
    rows = Dossier.objects.filter(filing_plan_entry=entry, pk__gt=after).order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:CHUNK])
    if keys:
        enqueue(reindex_dossiers, dossiers=keys)
    if len(keys) == CHUNK:
        enqueue(reindex_entry, entry=entry, after=keys[-1])


def forget(case_ids: list[int]) -> None:
    """Let the search's next look at these cases take everything in again."""
    Case.objects.filter(pk__in=case_ids).update(indexed=False)
    Document.objects.filter(case__in=case_ids).update(indexed=0)


def _anew(case_ids: list[int]) -> None:
    forget(case_ids)
    for key in case_ids:
        jobs.index(case_id=key)
