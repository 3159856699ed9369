"""The town decides how its references look."""

from __future__ import annotations

from django.db import transaction

from rathaus.core.actors import Actor
from rathaus.records import events_plan, patterns
from rathaus.records.actions.histories import note_plan
from rathaus.records.models import FilingPlanEntry, NumberPatterns


def set_patterns(*, case: str, dossier: str, document: str, actor: Actor) -> NumberPatterns:
    """Use these patterns from now on; references given before stay. Raises: PatternError."""
    values = {
        "case": patterns.check("case", case),
        "dossier": patterns.check("dossier", dossier),
        "document": patterns.check("document", document),
    }
    with transaction.atomic():
        row, _created = NumberPatterns.objects.update_or_create(pk=1, defaults=values)
        FilingPlanEntry.objects.update(case_pattern=values["case"])
        note_plan(events_plan.PatternsChanged(**values), actor=actor)
    return row
