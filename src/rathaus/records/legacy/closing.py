"""Closing what was closed long ago: retention runs from the date of old."""

from __future__ import annotations

import time
from datetime import date

from django.db import transaction

from rathaus.core.events import record
from rathaus.records import actions as records
from rathaus.records.legacy import events, lease
from rathaus.records.legacy.models import ImportItem, ImportRun, LegacyCase, Source
from rathaus.records.legacy.sources import names
from rathaus.records.legacy.states import RunState
from rathaus.records.models import Case
from rathaus.records.states import CaseState

PIECE = 100


def close_cases(run: ImportRun, token: str, end: float) -> bool:
    """Close the run's cases that were closed; True when none is left to close.

    A case is closed by the date that the source tells, else by its newest document. Without
    any date it stays open, and a person closes it. The year in the name of a folder gives way to
    a document that is younger by its own name: retention must not end before its time.
    """
    if run.mapping.closing == "open":
        return True
    last = 0
    while True:
        rows = LegacyCase.objects.filter(run=run, case__state=CaseState.OPEN, pk__gt=last)
        piece = list(rows.order_by("pk").values_list("pk", flat=True)[:PIECE])
        if not piece:
            return True
        for pk in piece:
            last = pk
            if not _close(run, token, pk):
                return False
        if time.monotonic() > end:
            return False


def _close(run: ImportRun, token: str, pk: int) -> bool:
    with transaction.atomic():
        if not lease.renew(run, token, RunState.RUNNING):
            return False
        place = LegacyCase.objects.get(pk=pk)
        day = place.closed_on or place.last_date
        if day is None:
            return True
        if run.source == Source.FOLDER:
            day = _not_before(place, day)
        case = Case.objects.select_related("chain").get(pk=place.case_id)
        if case.state != CaseState.OPEN:
            return True
        records.close_case(case=case, actor=run.actor, closed_on=day)
        LegacyCase.objects.filter(pk=pk).update(closed_on=day)
        was = events.CaseWasClosed(
            closed_on=day.isoformat(),
            first_date=place.first_date.isoformat() if place.first_date else "",
            last_date=place.last_date.isoformat() if place.last_date else "",
        )
        record(case.chain, was, actor=run.actor)
    return True


def _not_before(place: LegacyCase, day: date) -> date:
    """The date in a file's name counts; when it was last copied does not."""
    later = ImportItem.objects.filter(document__case=place.case_id, document_date__gt=day)
    paths = later.values_list("path", flat=True).iterator()
    said = (names.title_of(path.rpartition("/")[2])[0] for path in paths)
    return max((one for one in said if one is not None), default=day)
