"""Changes of state by compare-and-swap along the transition tables."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from rathaus.records.disposal.errors import DisposalRefused
from rathaus.records.disposal.models import Item, Process
from rathaus.records.disposal.states import ITEM_STEPS, ItemState, step

TOO_LATE = _("Der Stand hat sich inzwischen geändert. Laden Sie die Seite neu.")


def move(process: Process, name: str, **changes: Any) -> None:
    """Take a step. Raises: DisposalRefused if somebody was faster or it is not the time."""
    found = step(name)
    moved = Process.objects.filter(
        pk=process.pk, state=process.state, state__in=found.sources
    ).update(state=found.target, **changes)
    if not moved:
        raise DisposalRefused(TOO_LATE)
    process.state = found.target
    for key, value in changes.items():
        setattr(process, key, value)


def move_items(rows: QuerySet[Item], source: ItemState, target: ItemState, **changes: Any) -> int:
    """Move those of `rows` that are in `source`; returns how many. Raises: KeyError."""
    ITEM_STEPS[source, target]
    return rows.filter(state=source).update(state=target, **changes)
