"""Compare-and-swap along the transition table, with the event of the change."""

from __future__ import annotations

from typing import Any

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import EventType, record
from rathaus.records.intake.errors import MovedOn
from rathaus.records.intake.models import Item
from rathaus.records.intake.states import transition


def move(item: Item, name: str, event: EventType | None, *, actor: Actor, **changes: Any) -> None:
    """Change the state in the caller's transaction. Raises: MovedOn."""
    step = transition(name)
    values = {"state": step.target.value, "state_at": now(), "reason": "", **changes}
    if not Item.objects.filter(pk=item.pk, state=step.source).update(**values):
        item.refresh_from_db(fields=["state", "state_at", "reason"])
        raise MovedOn
    for key, value in values.items():
        setattr(item, key, value)
    if event is not None:
        record(item.chain, event, actor=actor)
