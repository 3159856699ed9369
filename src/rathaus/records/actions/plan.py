"""Loading the filing plan shipped, or one from a file of ours."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from rathaus.records import access, plan
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
            parent = known[place.parent] if place.parent else None
            entry.title, entry.note, entry.parent = place.title, place.note, parent
            entry.own_years, entry.own_disposal = place.own_years, place.own_disposal
            entry.own_access = place.own_access
            entry.retention_years, entry.disposal = place.years, place.disposal.value
            if entry.pk is None:
                entry.save()  # its scope names it
            before = entry.scope
            access.set_entry(entry, parent)
            entry.save()
            if entry.scope != before:
                access.spread_from_entry(entry)
    return len(places)
