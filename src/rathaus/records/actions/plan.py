"""Loading the filing plan."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from rathaus.records import plan
from rathaus.records.models import FilingPlanEntry


def load_filing_plan(path: Path | None = None) -> int:
    """Bring the filing plan of the database up to the file's; returns how many places it has.

    Places are added and changed, never removed. Raises: PlanError.
    """
    places = plan.read(path)
    with transaction.atomic():
        known = {entry.code: entry for entry in FilingPlanEntry.objects.all()}
        for place in places:
            entry = known.setdefault(place.code, FilingPlanEntry(code=place.code))
            entry.title, entry.note = place.title, place.note
            entry.retention_years, entry.disposal = place.years, place.disposal.value
            entry.parent = known[place.parent] if place.parent else None
            entry.save()
    return len(places)
