"""Work on pages: every result is a new item that names its originals, which stay as they are."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.core.models import Blob
from rathaus.records.intake import events
from rathaus.records.intake.actions.receive import receive
from rathaus.records.intake.actions.state import move
from rathaus.records.intake.errors import BadPages, MovedOn
from rathaus.records.intake.models import Item, Origin
from rathaus.records.intake.reading.pagework import Page, Take, compose
from rathaus.records.intake.states import ItemState, Source

MOST_PARTS = 200


def edit(*, item: Item, pages: Sequence[Page], actor: Actor) -> Item:
    """A new item with these pages in this order and rotation. Raises: BadPages, MovedOn."""
    check_editable(item)
    made = storage.put(compose([Take(item.read(), item.content_type, pages)]))
    with transaction.atomic():
        part = _part(made, [(item, pages)], item.subject, number=0, actor=actor)
        _replace([item], [part], actor)
    return part


def split(
    *,
    item: Item,
    groups: Sequence[Sequence[int]],
    actor: Actor,
    references: Sequence[str] = (),
) -> list[Item]:
    """A new item for each group of page numbers; `references` name the case of each part.

    Raises: BadPages, MovedOn.
    """
    check_editable(item)
    if not groups or len(groups) > MOST_PARTS:
        raise BadPages(_("Es müssen 1 bis %(n)s Teile sein.") % {"n": MOST_PARTS})
    content = item.read()
    takes = [[(number, 0) for number in group] for group in groups]
    blobs = [storage.put(compose([Take(content, item.content_type, take)])) for take in takes]
    parts = []
    with transaction.atomic():
        for number, (blob, take) in enumerate(zip(blobs, takes, strict=True), 1):
            several = len(takes) > 1
            title = f"{item.title} ({number}/{len(takes)})" if several else item.subject
            reference = references[number - 1] if number <= len(references) else ""
            parts.append(
                _part(blob, [(item, take)], title, number=number, actor=actor, sheet=reference)
            )
        _replace([item], parts, actor)
    return parts


def merge(*, items: Sequence[Item], actor: Actor) -> Item:
    """One new item of all pages of these, in this order. Raises: BadPages, MovedOn."""
    if len(items) < 2:
        raise BadPages(_("Wählen Sie mindestens zwei Eingänge aus."))
    if len({item.office_id for item in items}) > 1:
        raise BadPages(_("Die Eingänge gehören verschiedenen Ämtern."))
    for item in items:
        check_editable(item)
    takes = [[(number, 0) for number in range(1, (item.pages or 1) + 1)] for item in items]
    sources = list(zip(items, takes, strict=True))
    made = compose([Take(one.read(), one.content_type, take) for one, take in sources])
    blob = storage.put(made)
    with transaction.atomic():
        part = _part(blob, sources, items[0].subject, number=0, actor=actor)
        _replace(items, [part], actor)
    return part


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


def check_editable(item: Item) -> None:
    """Raises: BadPages where the pages must or can not be touched, MovedOn."""
    if item.state != ItemState.READY:
        raise MovedOn
    if "password" in item.marks or not item.pages:
        raise BadPages(_("Die Seiten dieser Datei lassen sich nicht bearbeiten."))
    if item.content_type != "application/pdf" and not item.content_type.startswith("image/"):
        raise BadPages(_("Nur PDF-Dateien und Bilder haben Seiten, die sich bearbeiten lassen."))


def _part(
    blob: Blob,
    sources: Sequence[tuple[Item, Sequence[Page]]],
    title: str,
    *,
    number: int,
    actor: Actor,
    sheet: str = "",
) -> Item:
    first = sources[0][0]
    stem = first.name.rpartition(".")[0] or first.name
    part = receive(
        office=first.office,
        source=Source.PART,
        name=f"{stem[:180]}{f'-{number}' if number else ''}.pdf",
        content=blob,
        actor=actor,
        sender=first.sender,
        subject=title,
        source_detail=first.get_source_display(),
        received_at=first.received_at,
        dated_on=first.dated_on,
        direction=first.direction,
        position=number,
        sheet=sheet,
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


def _replace(items: Sequence[Item], parts: Sequence[Item], actor: Actor) -> None:
    names = [str(part.public_id) for part in parts]
    for item in items:
        move(item, "replace", events.Replaced(parts=names), actor=actor)
