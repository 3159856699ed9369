"""Typing errors: the nearest known word."""

from __future__ import annotations

from collections.abc import Iterable

from rathaus.search import language

MIN_WORD = 4


def distance(left: str, right: str, limit: int) -> int:
    """Damerau-Levenshtein distance (neighbouring letters may be swapped), at most `limit` + 1."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        current = [row]
        for column, b in enumerate(right, 1):
            cost = min(
                previous[column] + 1,
                current[column - 1] + 1,
                previous[column - 1] + (a != b),
            )
            if row > 1 and column > 1 and a == right[column - 2] and left[row - 2] == b:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return previous[-1]


def suggest(word: str, vocabulary: Iterable[str]) -> str | None:
    """The word of `vocabulary` meant by a mistyped `word`, as written there.

    None if the word is known, too short, or nothing is near: one error in words of up to
    five letters, two in longer ones. Earlier words of the vocabulary win a tie.

    >>> suggest("Gewrbe", ["Gebühr", "Gewerbe"])
    'Gewerbe'
    """
    wanted = language.fold(word)
    if len(wanted) < MIN_WORD or len(wanted) > language.MAX_WORD or wanted.isdigit():
        return None
    stemmed = language.stem(word)
    limit = 1 if len(wanted) <= 5 else 2
    best: tuple[int, bool] | None = None
    found: str | None = None
    for candidate in vocabulary:
        folded = language.fold(candidate)
        if folded == wanted or (len(stemmed) > 3 and language.stem(candidate) == stemmed):
            return None
        away = distance(wanted, folded, limit)
        # Hardly anybody mistypes the first letter.
        rank = (away, folded[:1] != wanted[:1])
        if away <= limit and (best is None or rank < best):
            best, found = rank, candidate
    return found


def correct(text: str, vocabulary: Iterable[str] | None = None) -> str | None:
    """`text` with each mistyped word put right, None if there is nothing to put right."""
    known = list(vocabulary) if vocabulary is not None else list(language.shipped_words())
    changed = False
    out: list[str] = []
    for word in language.raw_words(text[:200])[:12]:
        better = None
        if not language.is_stop_word(word) and not language.parts(word):
            better = suggest(word, known)
        changed = changed or better is not None
        out.append(better or word)
    return " ".join(out) if changed else None
