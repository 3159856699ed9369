"""Put things into the search and take them out. Write from jobs: the caller need not wait."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import IntegrityError, transaction

from rathaus.search import filters, language, pairs, vocabulary
from rathaus.search.models import Entry
from rathaus.search.question import KIND, SCOPE, TITLE, label

MAX_BODY = 500_000
"""Characters kept of a body; about 200 pages."""
MAX_TERMS = 20_000
"""Different terms indexed of one entry, on both databases."""
MAX_TRIES = 10
_TIE_BITS = 12


@dataclass(frozen=True)
class Findable:
    """Something to be found.

    `scope` names who may find it ("office:12", "public"), several where any of them
    suffices; `kind` and `scope` consist of lower case letters, digits and ``_.:-``.
    `marks` are exact fields, each under a free letter: ``{"d": ["in"]}``; `fields` are words
    to be found in a field: ``{"w": "Onno Janssen"}``.
    """

    kind: str
    key: str
    title: str
    body: str
    scope: str | Sequence[str]
    at: datetime
    marks: Mapping[str, Collection[str]] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def scopes(self) -> list[str]:
        """All scopes, each once. Raises: ValueError for none or a wrong one."""
        given = [self.scope] if isinstance(self.scope, str) else list(self.scope)
        if not given:
            raise ValueError("not a kind or scope: there has to be one")
        return list(dict.fromkeys(map(label, given)))


def put(
    *,
    kind: str,
    key: str,
    title: str,
    body: str,
    scope: str | Sequence[str],
    at: datetime,
    marks: Mapping[str, Collection[str]] | None = None,
    fields: Mapping[str, str] | None = None,
) -> None:
    """Make something findable, or replace what was known of it. Idempotent.

    Raises: ValueError for a kind, scope or mark that `Findable` does not allow.
    """
    put_all([Findable(kind, key, title, body, scope, at, marks or {}, fields or {})])


def put_all(things: Sequence[Findable]) -> None:
    """Like `put` for several things at once. Raises: ValueError."""
    store(prepare(things))


@dataclass(frozen=True)
class Prepared:
    """What `store` writes: entries and the terms of their words, as they are written."""

    entries: list[Entry]
    words: dict[str, str]


def prepare(things: Sequence[Findable]) -> Prepared:
    """The part of `put_all` that needs no database, so that nobody waits. Raises: ValueError."""
    entries = [_entry(thing) for thing in things]
    # In order of their places: the index of SQLite is much faster then.
    entries.sort(key=lambda entry: entry.position)
    words: dict[str, None] = {}
    for entry in entries:
        words.update(dict.fromkeys(language.raw_words(f"{entry.title} {entry.body}")))
    return Prepared(entries, vocabulary.terms_of(words))


def store(prepared: Prepared) -> None:
    """Make findable what was prepared."""
    try:
        with transaction.atomic():
            _store(prepared.entries)
            vocabulary.learn(prepared.words)
    except IntegrityError:  # one of them has the place of another entry of the second
        for entry in prepared.entries:
            _store_somewhere(entry)
        vocabulary.learn(prepared.words)


def _entry(thing: Findable) -> Entry:
    scopes = thing.scopes
    marks = [KIND + label(thing.kind), *(SCOPE + scope for scope in scopes)]
    for name, values in thing.marks.items():
        marks += dict.fromkeys(filters.mark(name, value) for value in values)
    for name, text in thing.fields.items():
        filters.mark(name, "x")
        marks += [f"{name}={term}" for term in _field_terms(text)]
    title, body = _clean(thing.title), _clean(thing.body[:MAX_BODY])
    return Entry(
        kind=thing.kind,
        key=thing.key,
        title=title,
        body=body,
        scope=" ".join(scopes)[:400],
        at=thing.at,
        position=position(thing.at, f"{thing.kind} {thing.key} "),
        tokens=" ".join([*marks, *_terms(title, body)]),
    )


def _field_terms(text: str) -> list[str]:
    words = language.raw_words(_clean(text))[:200]
    return list(dict.fromkeys(term for word in words for term in language.terms(word)))


def _store(entries: list[Entry]) -> None:
    with transaction.atomic():
        Entry.objects.bulk_create(
            entries,
            update_conflicts=True,
            unique_fields=["kind", "key"],
            update_fields=["scope", "at", "position", "title", "body", "tokens"],
        )


def _store_somewhere(entry: Entry) -> None:
    """Very many papers of one second spread over the seconds that follow."""
    for attempt in range(MAX_TRIES):
        name = f"{entry.kind} {entry.key} {attempt or ''}"
        entry.position = position(entry.at, name, spread=2 * attempt)
        try:
            _store([entry])
        except IntegrityError:
            if attempt == MAX_TRIES - 1:
                raise
            continue
        return


def remove(kind: str, key: str) -> bool:
    """Take something out of the search; False if it was not there."""
    deleted, _ = Entry.objects.filter(kind=kind, key=key).delete()
    return bool(deleted)


def set_marks(wanted: Mapping[tuple[str, str], Mapping[str, Collection[str]]]) -> None:
    """Give entries, by (kind, key), other marks in the fields named; texts are not read again.

    What is not in the search is left out. Raises: ValueError for a wrong mark.
    """
    for kind in dict.fromkeys(kind for kind, _key in wanted):
        keys = [key for one, key in wanted if one == kind]
        for entry in Entry.objects.filter(kind=kind, key__in=keys).only("id", "key", "tokens"):
            fields = wanted[kind, entry.key]
            gone = tuple(f"{name}=" for name in fields)
            kept = [token for token in entry.tokens.split(" ") if not token.startswith(gone)]
            new = [filters.mark(name, value) for name in fields for value in fields[name]]
            tokens = " ".join([*kept[:2], *dict.fromkeys(new), *kept[2:]])
            if tokens != entry.tokens:
                Entry.objects.filter(pk=entry.pk).update(tokens=tokens)


def first_position(at: datetime) -> int:
    """The lowest place of the second `at`: a bound for `queries.search`."""
    return math.floor(at.astimezone(UTC).timestamp()) << _TIE_BITS


def position(at: datetime, name: str, spread: int = 0) -> int:
    """A number that grows with time (seconds) and is hardly ever given twice.

    Small steps between numbers make small indexes: the databases store the differences.
    """
    tie = int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:4], "big")
    return first_position(at) + (tie >> (32 - _TIE_BITS - spread))


def _clean(text: str) -> str:
    """What both databases can store: no NUL, no half characters."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")


def _terms(title: str, body: str) -> list[str]:
    found: dict[str, None] = {}
    title_words, body_words = language.raw_words(title)[:500], language.raw_words(body)
    for word in title_words:
        for term in language.terms(word):
            found[TITLE + term] = None
            found[term] = None
    for word in dict.fromkeys(body_words):
        found.update(dict.fromkeys(language.terms(word)))
        if len(found) > MAX_TERMS:
            break
    together = dict.fromkeys([*pairs.of_words(title_words), *pairs.of_words(body_words)])
    return [*list(found)[:MAX_TERMS], *list(together)[: pairs.MAX_PAIRS]]
