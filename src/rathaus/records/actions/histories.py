"""The chains of dossiers and of the plan: made when the first thing happens."""

from __future__ import annotations

from typing import Any

from rathaus.core.actors import Actor
from rathaus.core.events import EventType, new_chain, record
from rathaus.core.models import Chain
from rathaus.records.models import Dossier, PlanChain


def note(dossier: Dossier, event: EventType, *, actor: Actor) -> None:
    """Append to the history of a dossier; call it in the transaction of the change."""
    append(dossier, "dossier", event, actor=actor)


def append(row: Any, kind: str, event: EventType, *, actor: Actor) -> None:
    """Append to the history of a row whose `chain` of this kind begins with its first event.

    Call it in the transaction of the change.
    """
    if row.chain_id is None:
        chain = new_chain(kind)
        if type(row).objects.filter(pk=row.pk, chain__isnull=True).update(chain=chain):
            row.chain = chain
        else:
            chain.delete()
            row.refresh_from_db(fields=["chain"])
    record(row.chain, event, actor=actor)


def note_plan(event: EventType, *, actor: Actor) -> None:
    """Append to the history of the filing plan."""
    record(plan_chain(), event, actor=actor)


def plan_chain() -> Chain:
    """The history of the plan."""
    row = PlanChain.objects.select_related("chain").first()
    if row is None:
        made, _created = PlanChain.objects.get_or_create(
            pk=1, defaults={"chain": Chain.objects.create(kind="plan")}
        )
        return made.chain
    return row.chain
