""" "Meinten Sie …" from the words that stand in what the asker may see."""

from __future__ import annotations

from dataclasses import replace

from rathaus.search import engine, language, suggestion, vocabulary
from rathaus.search.filters import Filter
from rathaus.search.question import parse

MAX_WORDS = 6
MAX_TRIES = 3


def correct(text: str, wanted: Filter) -> str | None:
    """`text` with mistyped words put right, if that finds something; else None.

    A better word comes from everybody's entries, so it is offered only if it finds something
    among those the asker may see: nobody learns a name by typing errors.
    """
    words = language.raw_words(text[:200])[:MAX_WORDS]
    choices = [_better(word) for word in words]
    for attempt in range(MAX_TRIES):
        picked = [
            better[min(attempt, len(better) - 1)] if better else word
            for word, better in zip(words, choices, strict=True)
        ]
        if picked == words:
            return None
        candidate = " ".join(picked)
        question = parse(candidate, unfinished=False)
        if question and _finds(replace(wanted, question=question)):
            return candidate
    return None


def _better(word: str) -> list[str]:
    """Known words that may be meant, the likeliest first; none for a word that is known."""
    if language.is_stop_word(word):
        return []
    near = [*vocabulary.near(word), *language.shipped_words()]
    found: list[str] = []
    for _attempt in range(MAX_TRIES):
        better = suggestion.suggest(word, near)
        if better is None:
            break
        found.append(better)
        near = [one for one in near if language.fold(one) != language.fold(better)]
    return found


def _finds(wanted: Filter) -> bool:
    return bool(engine.positions(wanted, engine.Slice(limit=1)))
