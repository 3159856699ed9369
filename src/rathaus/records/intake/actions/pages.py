"""Work on pages: every result is a new item that names its originals, which stay as they are.

What is small is done at once, the rest becomes a `Work` (`works`).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.core.models import Blob
from rathaus.records.intake import events, planning
from rathaus.records.intake.actions.receive import receive
from rathaus.records.intake.actions.state import move
from rathaus.records.intake.errors import MovedOn
from rathaus.records.intake.models import Item, Origin
from rathaus.records.intake.planning import Part, Plan
from rathaus.records.intake.reading.pagework import Page
from rathaus.records.intake.states import ItemState, Source


def at_once(*, plan: Plan, actor: Actor) -> list[Item]:
    """Carry a plan out: the parts, in order. Raises: BadPages, MovedOn."""
    blobs = [storage.put(planning.made(part, plan.items)) for part in plan.parts]
    with transaction.atomic():
        return replace(plan=plan, blobs=blobs, step="replace", actor=actor)


def replace(*, plan: Plan, blobs: Sequence[Blob], step: str, actor: Actor) -> list[Item]:
    """The items of `plan` give way to its parts, in the caller's transaction. Raises: MovedOn."""
    parts = [
        _part(blob, [(plan.items[at], pages) for at, pages in part.sources], part, actor=actor)
        for blob, part in zip(blobs, plan.parts, strict=True)
    ]
    names = [str(part.public_id) for part in parts]
    for item in plan.items:
        move(item, step, events.Replaced(parts=names), actor=actor)
    return parts


def undo(*, item: Item, actor: Actor) -> Item:
    """Take page work back: the original is ready again, its parts are discarded.

    Raises: MovedOn where a part is filed already or was worked on further.
    """
    parts = Item.objects.filter(origins__original=item).distinct().select_related("chain")
    with transaction.atomic():
        for part in parts:
            if part.origins.exclude(original=item).exists():
                raise MovedOn
            if part.state == ItemState.READY:
                reason = _("Bearbeitung zurückgenommen")
                event = events.Discarded(reason=reason)
                move(part, "discard", event, actor=actor, reason=reason)
            elif part.state not in {ItemState.DISCARDED}:
                raise MovedOn
        move(item, "join_again", events.JoinedAgain(), actor=actor)
    return item


def _part(
    blob: Blob, sources: Sequence[tuple[Item, Sequence[Page]]], wanted: Part, *, actor: Actor
) -> Item:
    first, number = sources[0][0], wanted.number
    stem = first.name.rpartition(".")[0] or first.name
    part = receive(
        office=first.office,
        source=Source.PART,
        name=f"{stem[:180]}{f'-{number}' if number else ''}.pdf",
        content=blob,
        actor=actor,
        sender=first.sender,
        subject=wanted.title,
        source_detail=first.get_source_display(),
        received_at=first.received_at,
        dated_on=first.dated_on,
        direction=first.direction,
        position=number,
        sheet=wanted.sheet,
    )
    for place, (original, pages) in enumerate(sources):
        Origin.objects.create(
            part=part, original=original, number=place, pages=[list(page) for page in pages]
        )
    made = [f"{o.blob.sha256} {_written(pages)}" for o, pages in sources]
    record(part.chain, events.PartMade(originals=made), actor=actor)
    return part


def _written(pages: Sequence[Page]) -> str:
    return ",".join(f"{number}@{turn}" if turn else str(number) for number, turn in pages)
