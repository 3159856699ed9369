"""Legal holds of cases and dossiers: while one is active the paper stays too."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from rathaus.core.clock import today
from rathaus.records.models import Case


def held_cases() -> QuerySet[Case]:
    """Cases under an active hold, of their own or of their dossier."""
    try:
        holds: Any = apps.get_model("records_disposal", "LegalHold")
    except LookupError:
        return Case.objects.none()
    active = holds.objects.active(today()).order_by()
    return Case.objects.filter(
        Q(pk__in=active.filter(case__isnull=False).values("case"))
        | Q(dossier__in=active.filter(dossier__isnull=False).values("dossier"))
    ).order_by()
