"""The chains of dossiers and of the plan: made when the first thing happens."""

from __future__ import annotations

from rathaus.core.actors import Actor
from rathaus.core.events import EventType, new_chain, record
from rathaus.core.models import Chain
from rathaus.records.models import Dossier, PlanChain


def note(dossier: Dossier, event: EventType, *, actor: Actor) -> None:
    """Append to the history of a dossier; call it in the transaction of the change."""
    if dossier.chain_id is None:
        chain = new_chain("dossier")
        if Dossier.objects.filter(pk=dossier.pk, chain__isnull=True).update(chain=chain):
            dossier.chain = chain
        else:
            chain.delete()
            dossier.refresh_from_db(fields=["chain"])
    if dossier.chain is not None:
        record(dossier.chain, event, actor=actor)


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
