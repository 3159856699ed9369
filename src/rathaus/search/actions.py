"""Put things into the search and take them out. Write from jobs: the caller need not wait."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import IntegrityError, transaction

from rathaus.search import language
from rathaus.search.models import Entry
from rathaus.search.question import KIND, SCOPE, TITLE, label

MAX_BODY = 500_000
"""Characters kept of a body; about 200 pages."""
MAX_TERMS = 20_000
"""Different terms indexed of one entry, on both databases."""
_TIE_BITS = 21


@dataclass(frozen=True)
class Findable:
    """Something to be found.

    `scope` names who may find it ("office:12", "public"); `kind` and `scope` consist of
    lower case letters, digits and ``_.:-``.
    """

    kind: str
    key: str
    title: str
    body: str
    scope: str
    at: datetime


def put(*, kind: str, key: str, title: str, body: str, scope: str, at: datetime) -> None:
    """Make something findable, or replace what was known of it. Idempotent.

    Raises: ValueError for a kind or scope that `Findable` does not allow.
    """
    put_all([Findable(kind, key, title, body, scope, at)])


def put_all(things: Sequence[Findable]) -> None:
    """Like `put` for several things at once. Raises: ValueError."""
    entries = [_entry(thing) for thing in things]
    try:
        _store(entries)
    except IntegrityError:  # one of them has the place of another entry of the millisecond
        for entry in entries:
            _store_somewhere(entry)


def _entry(thing: Findable) -> Entry:
    label(thing.kind), label(thing.scope)
    title, body = _clean(thing.title), _clean(thing.body[:MAX_BODY])
    return Entry(
        kind=thing.kind,
        key=thing.key,
        title=title,
        body=body,
        scope=thing.scope,
        at=thing.at,
        position=position(thing.at, f"{thing.kind} {thing.key} "),
        tokens=" ".join([KIND + thing.kind, SCOPE + thing.scope, *_terms(title, body)]),
    )


def _store(entries: list[Entry]) -> None:
    with transaction.atomic():
        Entry.objects.bulk_create(
            entries,
            update_conflicts=True,
            unique_fields=["kind", "key"],
            update_fields=["scope", "at", "position", "title", "body", "tokens"],
        )


def _store_somewhere(entry: Entry) -> None:
    for attempt in range(10):
        entry.position = position(entry.at, f"{entry.kind} {entry.key} {attempt or ''}")
        try:
            _store([entry])
        except IntegrityError:
            if attempt == 9:
                raise
            continue
        return


def remove(kind: str, key: str) -> bool:
    """Take something out of the search; False if it was not there."""
    deleted, _ = Entry.objects.filter(kind=kind, key=key).delete()
    return bool(deleted)


def position(at: datetime, name: str) -> int:
    """A number that grows with time (milliseconds) and is hardly ever given twice."""
    millis = int(at.astimezone(UTC).timestamp() * 1000)
    tie = int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:4], "big")
    return (millis << _TIE_BITS) | (tie >> (32 - _TIE_BITS))


def _clean(text: str) -> str:
    """What both databases can store: no NUL, no half characters."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")


def _terms(title: str, body: str) -> list[str]:
    found: dict[str, None] = {}
    for word in language.raw_words(title)[:500]:
        for term in language.terms(word):
            found[TITLE + term] = None
            found[term] = None
    for word in dict.fromkeys(language.raw_words(body)):
        found.update(dict.fromkeys(language.terms(word)))
        if len(found) > MAX_TERMS:
            break
    return list(found)[:MAX_TERMS]
