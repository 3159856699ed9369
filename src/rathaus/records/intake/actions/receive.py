"""Taking something in. From here on it cannot be lost."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import IO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import EventType, new_chain, record
from rathaus.core.jobs import enqueue
from rathaus.core.models import Blob
from rathaus.core.secrets import digest
from rathaus.organisation.models import Office
from rathaus.records.intake import events, jobs
from rathaus.records.intake.errors import Empty, NoRoom, TooLarge
from rathaus.records.intake.models import Item, ItemQuerySet
from rathaus.records.intake.states import ItemState
from rathaus.records.models import Direction
from rathaus.records.names import safe_name


def receive(
    *,
    office: Office,
    source: str,
    name: str,
    content: bytes | IO[bytes] | Blob,
    actor: Actor,
    sender: str = "",
    subject: str = "",
    source_detail: str = "",
    key: str = "",
    received_at: datetime | None = None,
    dated_on: date | None = None,
    direction: str = Direction.IN,
    parent: Item | None = None,
    position: int = 0,
    sheet: str = "",
) -> Item:
    """Keep `content` as an item of the office's staging area; the checks follow by job.

    `key` names the delivery (path and digest, Message-ID and digest, a key that the sender
    chose): the same key a second time gives the item of the first, with ``was_known`` set.
    An attachment is known by its place in its `parent`, whichever office that is in by now.
    `source` is one of `Source`. The bytes are on the disk before the row is written, and the
    row is committed before this returns (outside of a transaction of the caller).

    Raises: Empty, TooLarge, NoRoom.
    """
    blob = content if isinstance(content, Blob) else _stored(content)
    ident = digest(f"{office.pk}:{source}:{key or uuid.uuid4()}", "intake")
    if key and (known := _known(ident) or _known_part(parent, position)):
        return known
    moment = now()
    try:
        with transaction.atomic():
            item = Item.objects.create(
                office=office,
                chain=new_chain("intake"),
                source=source,
                source_detail=source_detail,
                key=ident,
                received_at=received_at or moment,
                sender=_line(sender),
                subject=_line(subject),
                name=safe_name(name.encode("utf-8", "replace").decode()),
                direction=direction,
                dated_on=dated_on,
                blob=blob,
                state=ItemState.RECEIVED,
                state_at=moment,
                parent=parent,
                position=position,
                sheet=_line(sheet)[:60],
            )
            record(item.chain, _arrival(item, blob), actor=actor)
            enqueue_check(item)
    except IntegrityError:
        if key and (known := _known(ident)):
            return known
        raise
    return item


def enqueue_check(item: Item) -> None:
    """Have the item checked; at most one waiting check per item."""
    enqueue(jobs.check, dedupe_key=jobs.check_key(item.pk), item_id=item.pk)


def limit_bytes() -> int:
    """The largest file that is taken in."""
    return int(settings.RATHAUS_INTAKE_MAX_MB) * 1024 * 1024


def check_size(size: int) -> None:
    """Raises: Empty, TooLarge."""
    if size <= 0:
        raise Empty
    if size > limit_bytes():
        raise TooLarge(
            _("Die Datei ist zu groß: höchstens %(n)s MB. Teilen Sie sie auf.")
            % {"n": settings.RATHAUS_INTAKE_MAX_MB}
        )


def _stored(content: bytes | IO[bytes]) -> Blob:
    data = content if isinstance(content, bytes) else content.read(limit_bytes() + 1)
    check_size(len(data))
    return stored(data)


def stored(data: bytes) -> Blob:
    """The bytes in the storage. Raises: NoRoom."""
    try:
        return storage.put(data)
    except storage.StorageFull as error:
        raise NoRoom from error


def _arrival(item: Item, blob: Blob) -> EventType:
    return events.Received(source=str(item.source), sha256=blob.sha256, size=blob.size)


def _known(ident: str) -> Item | None:
    return _marked(Item.objects.filter(key=ident))


def _known_part(parent: Item | None, position: int) -> Item | None:
    if parent is None:
        return None
    return _marked(Item.objects.filter(parent=parent, position=position))


def _marked(rows: ItemQuerySet) -> Item | None:
    item = rows.select_related("office", "chain", "blob").first()
    if item is not None:
        item.was_known = True
    return item


def note_again(*, item: Item, actor: Actor) -> None:
    """Keep in the history that the same delivery came once more."""
    with transaction.atomic():
        record(item.chain, events.ReceivedAgain(), actor=actor)


def _line(text: str) -> str:
    """One line without control characters, as it may be shown."""
    kept = "".join(c if c.isprintable() else " " for c in str(text)[:2000])
    return " ".join(kept.split())
