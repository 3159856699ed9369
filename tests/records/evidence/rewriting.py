"""What somebody with all rights and all knowledge could do: make a whole history up anew."""

from __future__ import annotations

from rathaus.core.events import event_hash
from rathaus.core.models import Chain, Event
from rathaus.records.models import Case
from tests.support.tamper import execute


def rewrite_history(case: Case, *, label: str) -> None:
    """Another person did everything; all hashes of the chain are right again."""
    head = ""
    for event in Event.objects.filter(chain=case.chain_id).order_by("seq"):
        event.actor_label, event.previous = label, head
        head = event_hash(event)
        execute(
            "UPDATE core_event SET actor_label = %s, previous = %s, hash = %s WHERE id = %s",
            label,
            event.previous,
            head,
            event.pk,
        )
    Chain.objects.filter(pk=case.chain_id).update(head=head)
    case.chain.refresh_from_db()
