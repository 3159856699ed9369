"""Unpacking a zip file on demand."""

from __future__ import annotations

from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.records.intake.actions.receive import receive
from rathaus.records.intake.errors import BadArchive, MovedOn
from rathaus.records.intake.models import Item
from rathaus.records.intake.reading import archives, kinds
from rathaus.records.intake.states import ItemState, Source


def check_archive(item: Item) -> None:
    """Raises: MovedOn where there is nothing to unpack (any more)."""
    if item.state != ItemState.READY or item.content_type != kinds.ZIP:
        raise MovedOn


def wanted_entries(item: Item) -> list[tuple[int, archives.Entry]]:
    """The files inside that are not empty, by their number from 1. Raises: BadArchive."""
    found = enumerate(archives.unpack(item.read()), 1)
    entries = [(number, entry) for number, entry in found if entry.content]
    if not entries:
        raise BadArchive(_("Das Archiv ist leer."))
    return entries


def unpack_entry(item: Item, number: int, entry: archives.Entry, *, actor: Actor) -> Item:
    """One file of the archive as an item; the same number a second time is the same item."""
    return receive(
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
