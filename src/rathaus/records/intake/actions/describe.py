"""What people add to an item, and small steps: title, date, office, look, throw away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.organisation.models import Office
from rathaus.records.intake import events
from rathaus.records.intake.actions.receive import enqueue_check
from rathaus.records.intake.actions.state import move
from rathaus.records.intake.errors import IntakeError, MovedOn
from rathaus.records.intake.models import Item
from rathaus.records.intake.states import ItemState
from rathaus.records.models import Direction

KEEP_DISCARDED = timedelta(days=30)
"""So long a discarded item can be brought back."""
_EDITABLE = (ItemState.RECEIVED, ItemState.CHECKING, ItemState.READY, ItemState.FAILED)


def describe(
    *, item: Item, title: str, sender: str, direction: str, dated_on: date | None, actor: Actor
) -> Item:
    """Set what the document is called, who sent it, which way it went and its date.

    Raises: MovedOn, IntakeError for a direction that does not exist.
    """
    if direction not in Direction.values:
        raise IntakeError(_("Wählen Sie Eingang, Ausgang oder intern."))
    values = {
        "subject": title[:300],
        "sender": sender[:200],
        "direction": direction,
        "dated_on": dated_on,
    }
    changed = [key for key, value in values.items() if getattr(item, key) != value]
    if not changed:
        return item
    with transaction.atomic():
        if not Item.objects.filter(pk=item.pk, state__in=_EDITABLE).update(**values):
            raise MovedOn
        record(item.chain, events.Described(fields=changed), actor=actor)
    for key, value in values.items():
        setattr(item, key, value)
    return item


def move_to_office(*, item: Item, office: Office, actor: Actor) -> Item:
    """Give an item with what hangs on it to the staging area of another office.

    Raises: MovedOn.
    """
    with transaction.atomic():
        for one in family(item):
            states = [*_EDITABLE, ItemState.REPLACED]
            if not Item.objects.filter(pk=one.pk, state__in=states).update(office=office):
                if one.pk == item.pk:
                    raise MovedOn
                continue
            moved = events.Moved(source=one.office.key, target=office.key)
            record(one.chain, moved, actor=actor)
            one.suggestions.all().delete()
            enqueue_suggestions(one)
    item.office = office
    return item


def enqueue_suggestions(item: Item) -> None:
    """Have the suggestions made anew."""
    from rathaus.core.jobs import enqueue
    from rathaus.records.intake import jobs

    enqueue(jobs.suggest, dedupe_key=f"intake.suggest:{item.pk}", item_id=item.pk)


def note_view(*, item: Item, actor: Actor) -> None:
    """Keep that somebody fetched the bytes."""
    with transaction.atomic():
        record(item.chain, events.Viewed(), actor=actor)


def discard(*, item: Item, reason: str, actor: Actor) -> Item:
    """Throw an item away with a reason, and what came with it; 30 days it can be restored.

    Raises: MovedOn, IntakeError without a reason.
    """
    reason = reason.strip()
    if len(reason) < 3:
        raise IntakeError(_("Nennen Sie den Grund in wenigen Worten, zum Beispiel „Werbung“."))
    names = {"ready": "discard", "failed": "discard_failed", "quarantined": "discard_bad"}
    with transaction.atomic():
        isolated = item.state == ItemState.QUARANTINED
        for one in family(item):
            name = names.get(one.state)
            # An attachment in quarantine stays there: that needs a right of its own.
            if name is None or (name == "discard_bad" and not isolated):
                if one.pk == item.pk:
                    raise MovedOn
                continue
            event = events.Discarded(reason=reason[:500])
            move(one, name, event, actor=actor, reason=reason[:500])
            if one.pk == item.pk:
                item.state, item.reason = one.state, one.reason
    return item


def restore(*, item: Item, actor: Actor) -> Item:
    """Bring a discarded item back; it is checked again.

    Raises: MovedOn, also where the 30 days are over.
    """
    if item.state_at < now() - KEEP_DISCARDED:
        raise MovedOn
    with transaction.atomic():
        for one in family(item):
            if one.state != ItemState.DISCARDED:
                if one.pk == item.pk:
                    raise MovedOn
                continue
            # The find stays known until a scanner says otherwise.
            released = {"virus": "pending"} if one.virus == "infected" else {}
            move(one, "restore", events.Restored(), actor=actor, tries=0, **released)
            enqueue_check(one)
            if one.pk == item.pk:
                item.state = one.state
    return item


def retry(*, item: Item, actor: Actor) -> Item:
    """Check a failed item again. Raises: MovedOn."""
    with transaction.atomic():
        move(item, "retry", events.Retried(), actor=actor, tries=0)
        enqueue_check(item)
    return item


def family(item: Item) -> Iterable[Item]:
    """The item, its attachments at every depth, and detached signatures beside them.

    Not what was given to another office since: that is now the other office's to file.
    """
    rows = Item.objects.select_related("chain", "office", "blob")
    found = [rows.get(pk=item.pk)]
    rows = rows.filter(office=found[0].office_id)
    seen = {item.pk}
    level = [item.pk]
    while level:
        below = [
            *rows.filter(parent__in=level).exclude(pk__in=seen).order_by("position", "pk"),
            *rows.filter(beside__in=level).exclude(pk__in=seen).order_by("pk"),
        ]
        level = []
        for one in below:
            if one.pk not in seen:
                seen.add(one.pk)
                level.append(one.pk)
                found.append(one)
    return found
