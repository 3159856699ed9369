"""Extracts with highlighted words, as data: whoever shows them escapes them."""

from __future__ import annotations

from rathaus.search import clues
from rathaus.search.question import Question, WordQuery

Parts = list[tuple[str, bool]]
"""Pieces of text in order; True marks what was looked for."""

LENGTH = 220
BEFORE = 60
MAX_SCAN = 4000
"""Words looked at closely in a text before the extract is taken from its beginning."""


def snippet(body: str, question: Question) -> Parts:
    """The place of `body` where most of the question stands, about 220 characters."""
    hits = _hits(body, question)
    if not hits:
        start, end = 0, _word_end(body, LENGTH)
    else:
        first = _best(hits)
        start = _word_start(body, max(0, first - BEFORE))
        end = _word_end(body, start + LENGTH)
    parts = _cut(body, hits, start, end)
    if start > 0:
        parts.insert(0, ("… ", False))
    if end < len(body.rstrip()):
        parts.append((" …", False))
    return parts


def highlight(text: str, question: Question) -> Parts:
    """All of `text` with hits marked."""
    return _cut(text, _hits(text, question), 0, len(text))


def _hits(text: str, question: Question) -> list[tuple[int, int, WordQuery]]:
    found: list[tuple[int, int, WordQuery]] = []
    seen: set[WordQuery] = set()
    stop_after: int | None = None
    places = clues.places(text, clues.pattern(question.words))
    for looked, (start, end) in enumerate(places):
        if looked > MAX_SCAN or (stop_after is not None and start > stop_after):
            break
        wanted = question.wanted(text[start:end])
        if wanted is not None:
            found.append((start, end, wanted))
            seen.add(wanted)
        if stop_after is None and len(seen) == len(question.words):
            stop_after = start + LENGTH
    return found


def _best(hits: list[tuple[int, int, WordQuery]]) -> int:
    """Where a window begins that holds the most different words."""
    best, place = 0, hits[0][0]
    for index, (start, _, _) in enumerate(hits):
        inside = {w for s, e, w in hits[index : index + 40] if e <= start + LENGTH - BEFORE}
        if len(inside) > best:
            best, place = len(inside), start
    return place


def _cut(text: str, hits: list[tuple[int, int, WordQuery]], start: int, end: int) -> Parts:
    parts: Parts = []
    place = start
    for hit_start, hit_end, _ in hits:
        if hit_start < place or hit_end > end:
            continue
        if hit_start > place:
            parts.append((_flat(text[place:hit_start]), False))
        parts.append((text[hit_start:hit_end], True))
        place = hit_end
    if place < end:
        parts.append((_flat(text[place:end]), False))
    return [part for part in parts if part[0]]


def _flat(text: str) -> str:
    """White space as one blank; the ends stay as they are apart from that."""
    inner = " ".join(text.split())
    if not inner:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + inner + (" " if text[-1].isspace() else "")


def _word_start(text: str, place: int) -> int:
    blank = text.find(" ", place, place + 40) if place else -1
    return blank + 1 if blank >= 0 else place


def _word_end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    blank = text.rfind(" ", place - 40, place)
    return blank if blank > 0 else place
