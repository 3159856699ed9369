"""Unpacking a zip file on demand."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.records.intake.actions.receive import receive
from rathaus.records.intake.errors import BadArchive, Empty, MovedOn
from rathaus.records.intake.models import Item
from rathaus.records.intake.reading import archives, kinds
from rathaus.records.intake.states import ItemState, Source


def unpack(*, item: Item, actor: Actor) -> list[Item]:
    """Every file of the archive becomes an item below it; empty ones are left out.

    A second time nothing is doubled. Raises: BadArchive, MovedOn.
    """
    if item.state != ItemState.READY or item.content_type != kinds.ZIP:
        raise MovedOn
    entries = archives.unpack(item.read())
    found = []
    with transaction.atomic():
        for number, entry in enumerate(entries, 1):
            try:
                one = receive(
                    office=item.office,
                    source=Source.PART,
                    name=entry.name,
                    content=entry.content,
                    actor=actor,
                    sender=item.sender,
                    source_detail=item.name,
                    key=f"zip:{item.public_id}:{number}",
                    received_at=item.received_at,
                    direction=item.direction,
                    parent=item,
                    position=number,
                )
            except Empty:
                continue
            found.append(one)
    if not found:
        raise BadArchive(_("Das Archiv ist leer."))
    return found
