"""The words of this town: for unfinished words and for "Meinten Sie …".

Grows with every entry; `sweep` weighs the words now and then and drops those of which no
entry is left, so that no name outlives its record here. Words with digits are left out:
there are as many as there are documents, and numbers are found whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rathaus.search import engine, language
from rathaus.search.models import Word

MAX_ENDINGS = 50
"""Words an unfinished one may stand for: the most frequent ones, on both databases the same."""
_MAX_NEAR = 3000
_CHUNK = 1000


def terms_of(words: Iterable[str]) -> dict[str, str]:
    """The terms of words as they are written; each with a way to write it, or an empty text."""
    found: dict[str, str] = {}
    for word in words:
        for term in language.terms(word):
            if term.isalpha():
                found.setdefault(term, "")
        surface = language.fold(word)
        if found.get(surface) == "":
            found[surface] = word[: language.MAX_WORD]
    return found


def learn(found: Mapping[str, str]) -> None:
    """Remember the terms of an entry (`terms_of`), in the caller's transaction."""
    # In one order, so that two workers never wait for each other.
    terms = sorted(found)
    for start in range(0, len(terms), _CHUNK):
        some = terms[start : start + _CHUNK]
        known = set(Word.objects.filter(term__in=some).values_list("term", flat=True))
        new = [Word(term=term, written=found[term]) for term in some if term not in known]
        if new:
            Word.objects.bulk_create(new, ignore_conflicts=True)


def endings(prefix: str) -> tuple[str, ...]:
    """Known terms that begin with `prefix`, the most frequent first."""
    found = Word.objects.filter(term__gte=prefix, term__lt=prefix + "\U0010ffff")
    return tuple(found.order_by("-weight", "term").values_list("term", flat=True)[:MAX_ENDINGS])


def near(word: str) -> list[str]:
    """Words as written that begin nearly like `word`, the most frequent first."""
    folded = language.fold(word)
    if len(folded) < 4 or not folded.isalpha():
        return []
    starts = {
        folded[:2],
        folded[0] + folded[2],
        folded[1] + folded[0],
        folded[0] + folded[2] + folded[1],
    }
    found: dict[str, None] = {}
    for start in sorted(starts):
        rows = Word.objects.filter(term__gte=start, term__lt=start + "\U0010ffff")
        rows = rows.exclude(written="").order_by("-weight", "term")
        found.update(dict.fromkeys(rows.values_list("written", flat=True)[:_MAX_NEAR]))
    return list(found)


def sweep(after: str, limit: int) -> str:
    """Weigh the next words and drop those no entry has; returns where to go on, "" at the end."""
    terms = list(
        Word.objects.filter(term__gt=after).order_by("term").values_list("term", flat=True)[:limit]
    )
    weights: dict[int, list[str]] = {}
    for term in terms:
        weights.setdefault(engine.frequency(term), []).append(term)
    for weight, same in weights.items():
        rows = Word.objects.filter(term__in=same)
        if weight:
            rows.exclude(weight=weight).update(weight=weight)
        else:
            rows.delete()
    return terms[-1] if len(terms) == limit else ""
