"""The event log: append-only, chained by hash, with erasable personal data.

One chain per case. The hash of an event covers its place, type, actor, time, data and the
digest of its personal data, and the hash of the event before. Erasing the personal data
leaves the digest, so the chain stays valid (GDPR Art. 17 beside the duty to document).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.db import connection, transaction
from django.utils.functional import Promise
from pydantic import BaseModel, ConfigDict

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.models import Chain, Event, EventPersonalData
from rathaus.core.quick import insert_rows

TRIES = 50


class Personal:
    """Mark in ``Annotated[str, Personal]``: the field goes to the erasable row."""


class EventType(BaseModel):
    """Base of all event types; its fields are the data of the event."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: ClassVar[str] = ""
    text: ClassVar[str | Promise] = ""
    public: ClassVar[bool] = False
    personal_fields: ClassVar[frozenset[str]] = frozenset()


E = TypeVar("E", bound=EventType)
Handler = Callable[[Any, Event], None]
_types: dict[str, type[EventType]] = {}
_handlers: defaultdict[str, list[Handler]] = defaultdict(list)


class NotInTransaction(RuntimeError):
    """An event has to be recorded in the transaction of the change it tells of."""


class ChainBusy(RuntimeError):
    """Too many writers at once on one chain."""


@dataclass(frozen=True)
class Finding:
    """Something in a chain that does not hold."""

    where: str
    what: str
    expected: str = ""
    found: str = ""


def event_type(
    name: str, *, text: str | Promise, public: bool = False
) -> Callable[[type[E]], type[E]]:
    """Class decorator: register an event type. `text` is the sentence people read."""

    def decorate(cls: type[E]) -> type[E]:
        if name in _types and _types[name].__qualname__ != cls.__qualname__:
            raise ValueError(f"event type {name} is taken")
        cls.name = name
        cls.text = text
        cls.public = public
        cls.personal_fields = frozenset(
            key for key, spec in cls.model_fields.items() if Personal in spec.metadata
        )
        _types[name] = cls
        return cls

    return decorate


def type_of(name: str) -> type[EventType] | None:
    """The registered type, or None for one of an older version of the software."""
    return _types.get(name)


def subscribe(cls: type[E]) -> Callable[[Callable[[E, Event], None]], Callable[[E, Event], None]]:
    """Call a handler in the same transaction after each event of this type."""

    def decorate(handler: Callable[[E, Event], None]) -> Callable[[E, Event], None]:
        if handler not in _handlers[cls.name]:
            _handlers[cls.name].append(handler)
        return handler

    return decorate


def new_chain(kind: str) -> Chain:
    """An empty chain; inside `together` it is stored at the end of the block."""
    batch = _batch.get()
    if batch is None:
        return Chain.objects.create(kind=kind)
    chain = Chain(kind=kind)
    batch.new.add(chain.pk)
    return chain


def record(chain: Chain, event: EventType, *, actor: Actor) -> Event:
    """Append `event` to `chain` in the caller's transaction.

    Raises: NotInTransaction, ChainBusy.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(event.name)
    dumped = event.model_dump(mode="json")
    personal = {key: dumped.pop(key) for key in event.personal_fields if key in dumped}
    personal = {key: value for key, value in personal.items() if value not in (None, "", [], {})}
    salt = secrets.token_hex(16) if personal else ""
    row = Event(
        chain=chain,
        type=event.name,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        actor_office=actor.office,
        at=now(),
        data=dumped,
        personal_digest=personal_digest(salt, personal) if personal else "",
    )
    entry = _Entry(row, salt, personal)
    batch = _batch.get()
    if batch is None:
        _append(chain, [entry])
    else:
        batch.entries[chain.pk].append(entry)
    for handler in list(_handlers[event.name]):
        handler(event, row)
    return row


@contextmanager
def together() -> Iterator[None]:
    """Open a transaction whose events are written at its end: few statements for many events.

    Inside, nobody can read the new events yet, and an error of an inner action MUST NOT be
    caught: its events would be written although its change was undone.
    """
    if _batch.get() is not None:
        yield
        return
    batch = _Batch()
    token = _batch.set(batch)
    try:
        with transaction.atomic():
            yield
            for pk, entries in batch.entries.items():
                _append(entries[0].row.chain, entries, new=pk in batch.new)
    finally:
        _batch.reset(token)


def keys_of_unit() -> dict[str, Any] | None:
    """Jobs put in inside the present `together`, by their key; None outside of one."""
    batch = _batch.get()
    return None if batch is None else batch.jobs


@dataclass(frozen=True)
class _Entry:
    row: Event
    salt: str
    personal: dict[str, Any]


class _Batch:
    def __init__(self) -> None:
        self.entries: defaultdict[uuid.UUID, list[_Entry]] = defaultdict(list)
        self.new: set[uuid.UUID] = set()
        self.jobs: dict[str, Any] = {}


_batch: ContextVar[_Batch | None] = ContextVar("events written together", default=None)


def _append(chain: Chain, entries: list[_Entry], *, new: bool = False) -> None:
    rows = [entry.row for entry in entries]
    for _ in range(TRIES):
        seq, head = chain.length, chain.head
        for row in rows:
            seq += 1
            row.chain, row.seq, row.previous = chain, seq, head
            head = row.hash = event_hash(row)
        if new:
            chain.length, chain.head = seq, head
            chain.save(force_insert=True)
            break
        if _move_head(chain, seq, head):
            chain.length, chain.head = seq, head
            break
        chain.refresh_from_db(fields=["length", "head"])
    else:
        raise ChainBusy(str(chain.pk))
    if len(rows) == 1:
        rows[0].save(force_insert=True)
    else:
        insert_rows(rows)
    for entry in entries:
        if entry.personal:
            EventPersonalData.objects.create(event=entry.row, salt=entry.salt, data=entry.personal)


def _move_head(chain: Chain, length: int, head: str) -> bool:
    """Compare-and-swap on the chain. Plain SQL: every event pays for it."""
    key = Chain._meta.pk.get_db_prep_value(chain.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_chain SET length = %s, head = %s "
            "WHERE id = %s AND length = %s AND head = %s",
            [length, head, key, chain.length, chain.head],
        )
        return bool(cursor.rowcount)


def event_hash(row: Event) -> str:
    """sha256 over everything the event says and the hash of the one before."""
    return hashlib.sha256(event_text(row)).hexdigest()


def event_text(row: Event) -> bytes:
    """The bytes of which `event_hash` is the sha256; also what seals and packages hold."""
    return _text(
        [
            str(row.chain_id),
            row.seq,
            row.type,
            row.actor_kind,
            row.actor_id,
            row.actor_label,
            row.actor_office,
            row.at.isoformat(timespec="microseconds"),
            row.data,
            row.personal_digest,
            row.previous,
        ]
    )


def personal_digest(salt: str, data: dict[str, Any]) -> str:
    """Salted digest of personal data; without the salt nothing can be guessed from it."""
    return _sha256([salt, data])


def erase_personal(event: Event) -> bool:
    """Erase the personal data of an event; the chain stays valid."""
    deleted, _ = EventPersonalData.objects.filter(event=event).delete()
    return bool(deleted)


def verify_chain(chain: Chain) -> list[Finding]:
    """Recompute a chain from its first event on; empty means intact."""
    findings: list[Finding] = []
    previous, count = "", 0
    where = f"{chain.kind} {chain.pk}"
    for event in chain.events.order_by("seq").select_related("personal_row").iterator():
        count += 1
        place = f"{where}, event {event.seq} ({event.type})"
        if event.seq != count:
            findings.append(Finding(place, "event missing before it", str(count), str(event.seq)))
            count = event.seq
        elif event.previous != previous:
            findings.append(Finding(place, "link broken", previous, event.previous))
        expected = event_hash(event)
        if event.hash != expected:
            findings.append(Finding(place, "content changed", event.hash, expected))
        findings += _verify_personal(place, event)
        previous = event.hash
    if count != chain.length:
        findings.append(Finding(where, "events missing at the end", str(chain.length), str(count)))
    elif previous != chain.head:
        findings.append(Finding(where, "head does not match", chain.head, previous))
    return findings


def _verify_personal(place: str, event: Event) -> list[Finding]:
    row = getattr(event, "personal_row", None)
    if row is None:
        return []
    found = personal_digest(row.salt, row.data)
    if found == event.personal_digest:
        return []
    return [Finding(place, "personal data changed", event.personal_digest, found)]


def _sha256(parts: list[Any]) -> str:
    return hashlib.sha256(_text(parts)).hexdigest()


def _text(parts: list[Any]) -> bytes:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
