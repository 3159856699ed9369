"""Find things. What the asker may see is part of the question to the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from rathaus.search import engine, snippets, suggestion
from rathaus.search.models import Entry
from rathaus.search.question import Filter, Question, parse

MAX_LIMIT = 200
MAX_PHRASE_CHECKS = 2000
"""Entries with all words that are looked through for a phrase, newest first."""
_BATCH = 100


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
    if not question or (scopes is not None and not scopes):
        return Page()
    limit = max(1, min(limit, MAX_LIMIT))
    wanted = Filter.of(question, kind, scopes)
    rows = list(islice(_rows(wanted, *_place(after), limit + 1), limit + 1))
    if not rows and after is None:
        return Page(suggestion=suggestion.correct(text, vocabulary) or "")
    tier_last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        [_hit(entry, question) for _, entry in rows[:limit]],
        f"{tier_last[0]}.{tier_last[1].position}" if tier_last else "",
    )


def _rows(wanted: Filter, tier: int, before: int | None, limit: int) -> Iterator[tuple[int, Entry]]:
    """Matching entries in order with their tier: 0 all words in the title, 1 the others."""
    phrase = bool(wanted.question.phrases)
    step = max(limit, _BATCH) if phrase else limit
    budget = MAX_PHRASE_CHECKS if phrase else limit
    while tier < 2 and budget > 0:
        places = engine.positions(wanted, in_title=tier == 0, before=before, limit=step)
        budget -= len(places)
        entries = Entry.objects.defer("tokens").in_bulk(places, field_name="position")
        for place in places:
            entry = entries.get(place)
            if entry and wanted.question.in_phrases(entry.title, entry.body):
                yield tier, entry
        if len(places) < step:
            tier, before = tier + 1, None
            step = step if phrase else budget
        else:
            before = places[-1]


def _place(after: str | None) -> tuple[int, int | None]:
    """Tier and position of a page's beginning; a damaged one is the first page."""
    tier, _, position = (after or "").partition(".")
    digits = position.removeprefix("-")
    if tier not in {"0", "1"} or not (digits.isascii() and digits.isdigit()) or len(digits) > 19:
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
