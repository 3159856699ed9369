"""Find things. What the asker may see is part of the question to the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Literal

from rathaus.search import engine, snippets, suggestion, vocabulary
from rathaus.search.filters import Filter
from rathaus.search.models import Entry
from rathaus.search.question import Question, parse

MAX_LIMIT = 200
MAX_PHRASE_CHECKS = 500
"""Entries with all words next to each other that are compared with a phrase, newest first."""
_BATCH = 50
Order = Literal["relevance", "newest", "oldest"]


@dataclass(frozen=True)
class Hit:
    """Something found. Title and snippet are parts (text, is_hit), to be escaped when shown."""

    kind: str
    key: str
    title: str
    title_parts: snippets.Parts
    snippet: snippets.Parts
    at: datetime
    scope: str
    """Who may find it; several with blanks between."""


@dataclass(frozen=True)
class Page:
    """Some hits; `next` is the `after` of the following page, "" on the last one."""

    hits: list[Hit] = field(default_factory=list)
    next: str = ""
    suggestion: str = ""
    """"Meinten Sie …": only where nothing was found."""

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)


def find(
    *,
    text: str,
    scopes: Collection[str] | None,
    kind: str | None = None,
    limit: int = 20,
    after: str | None = None,
    vocabulary: Collection[str] | None = None,
) -> Page:
    """What `text` finds among entries of `scopes`.

    Entries with all words in the title come first, then newest first. `scopes` None means
    no restriction and is for what everybody may see; an empty collection finds nothing.
    `vocabulary` serves the suggestion for typing errors. No text is an error.
    """
    question = parse(text)
    if not question:
        return Page()
    page = search(Filter.of(question, kind, scopes), limit=limit, after=after)
    if not page.hits and not after:
        return replace(page, suggestion=suggestion.correct(text, vocabulary) or "")
    return page


def search(
    wanted: Filter, *, order: Order = "relevance", limit: int = 20, after: str | None = None
) -> Page:
    """What matches `wanted`, with fields; without any word this is a list by date.

    "relevance" puts entries with all words in the title first, each part newest first.
    """
    wanted = _ready(wanted)
    if wanted.sees_nothing:
        return Page()
    limit = max(1, min(limit, MAX_LIMIT))
    tiers: tuple[bool | None, ...] = (None,)
    if order == "relevance" and wanted.question:
        tiers = (True, False)
    tier, place = _place(after, len(tiers))
    walk = _Walk(tiers[tier:], place, order != "oldest", limit + 1)
    rows = list(islice(_rows(wanted, walk), limit + 1))
    more = ""
    if len(rows) > limit:
        at_tier, last = rows[limit - 1]
        more = f"{tiers.index(at_tier)}.{last.position}"
    return Page([_hit(entry, wanted.question) for _, entry in rows[:limit]], more)


def count(wanted: Filter, at_most: int) -> int:
    """How many match, counted up to `at_most`; phrases only by what stands next to each other."""
    wanted = _ready(wanted)
    if wanted.sees_nothing:
        return 0
    return len(engine.positions(wanted, engine.Slice(limit=at_most, often=_often(wanted))))


def newest(wanted: Filter) -> int | None:
    """The place of the newest match, a bound for "new since then"."""
    wanted = _ready(wanted)
    if wanted.sees_nothing:
        return None
    found = engine.positions(wanted, engine.Slice(limit=1, often=_often(wanted)))
    return found[0] if found else None


def _ready(wanted: Filter) -> Filter:
    """Unfinished words with what they may stand for."""
    return replace(wanted, question=wanted.question.finished(vocabulary.endings))


def _often(wanted: Filter) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(word.choices) for word in wanted.question.words)


def _rows(wanted: Filter, walk: _Walk) -> Iterator[tuple[bool | None, Entry]]:
    """Matching entries in order with their tier: all words in the title, or not."""
    phrase = bool(wanted.question.phrases)
    step = max(walk.limit, _BATCH) if phrase else walk.limit
    batch: list[tuple[bool | None, int]] = []
    budget = MAX_PHRASE_CHECKS
    for tier, place in walk.places(wanted, step):
        batch.append((tier, place))
        budget -= 1
        if len(batch) == step or not budget:
            yield from _fetched(batch, wanted.question)
            batch = []
            if not phrase or not budget:
                return
    yield from _fetched(batch, wanted.question)


def _fetched(
    batch: list[tuple[bool | None, int]], question: Question
) -> Iterator[tuple[bool | None, Entry]]:
    places = [place for _, place in batch]
    entries = Entry.objects.defer("tokens").in_bulk(places, field_name="position")
    for tier, place in batch:
        entry = entries.get(place)
        if entry and question.in_phrases(entry.title, entry.body):
            yield tier, entry


@dataclass(frozen=True)
class _Walk:
    """How one goes through what matches."""

    tiers: tuple[bool | None, ...]
    start: int | None
    newest_first: bool
    limit: int

    def places(self, wanted: Filter, step: int) -> Iterator[tuple[bool | None, int]]:
        """Tier and place of what matches, asked for in steps as far as somebody reads on."""
        place, left = self.start, step
        for tier in self.tiers:
            while True:
                rest = wanted
                if place is not None:
                    bound = {"high": place - 1} if self.newest_first else {"low": place + 1}
                    rest = wanted.narrowed(**bound)
                # Words of a title are rarer than words of a text.
                often = None if tier is True else _often(wanted)
                part = engine.Slice(tier, self.newest_first, left, often)
                found = engine.positions(rest, part)
                yield from ((tier, place) for place in found)
                if len(found) < left:
                    left -= len(found)
                    break
                place, left = found[-1], step
            place = None


def _place(after: str | None, tiers: int) -> tuple[int, int | None]:
    """Tier and position of a page's beginning; a damaged one is the first page."""
    tier, _, position = (after or "").partition(".")
    digits = position.removeprefix("-")
    if tier not in {"0", "1"} or not (digits.isascii() and digits.isdigit()) or len(digits) > 19:
        return 0, None
    if int(tier) >= tiers or not engine.LOWEST < int(position) < engine.HIGHEST:
        return 0, None
    return int(tier), int(position)


def _hit(entry: Entry, question: Question) -> Hit:
    return Hit(
        kind=entry.kind,
        key=entry.key,
        title=entry.title,
        title_parts=snippets.highlight(entry.title, question),
        snippet=snippets.snippet(entry.body, question),
        at=entry.at,
        scope=entry.scope,
    )
