"""Searching the words of a page for what is usually hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _
from stdnum import iban

from rathaus.records.work.redaction.sources import Word

Box = tuple[int, int, int, int]
Search = tuple[str, re.Pattern[str]]
WORDS = "words"
MARGIN = 12
"""Ten-thousandths around a word, so that no edge of a letter looks out."""

LABELS = {
    "iban": _("IBAN (Kontonummern)"),
    "birthday": _("Geburtsdaten"),
    "date": _("alle Datumsangaben"),
    "phone": _("Telefonnummern"),
    "email": _("E-Mail-Adressen"),
}
_DATE = r"(?:0?[1-9]|[12]\d|3[01])\.\s?(?:0?[1-9]|1[0-2])\.\s?(?:19|20)\d\d"
_LONG_DATE = (
    r"(?:0?[1-9]|[12]\d|3[01])\.\s(?:Januar|Februar|März|April|Mai|Juni|Juli|August|"
    r"September|Oktober|November|Dezember)\s(?:19|20)\d\d"
)
_ANY_DATE = rf"(?<!\d)(?:{_DATE}|{_LONG_DATE}|(?:19|20)\d\d-[01]\d-[0-3]\d)(?!\d)"
PATTERNS: dict[str, re.Pattern[str]] = {
    "iban": re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[0-9A-Z]){11,30}\b", re.IGNORECASE),
    "birthday": re.compile(
        rf"(?:geb(?:oren|urtsdatum|urtstag|\.)?|\*)[^0-9]{{0,25}}({_ANY_DATE})", re.IGNORECASE
    ),
    "date": re.compile(_ANY_DATE, re.IGNORECASE),
    "phone": re.compile(r"(?<![\d.,/])(?<!\d\s)(?:\+\d{2}|0)[\d\s/()\-–]{5,20}\d(?![\d.,]\d)"),
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
}


def searches(patterns: Sequence[str], words: Sequence[str]) -> list[Search]:
    """What to look for: known patterns by key, and words or word sequences as typed."""
    found = [(key, PATTERNS[key]) for key in dict.fromkeys(patterns) if key in PATTERNS]
    for typed in words:
        parts = typed.split()
        if parts:
            middle = r"\s+".join(re.escape(part) for part in parts)
            found.append((WORDS, re.compile(middle, re.IGNORECASE)))
    return found


def areas(words: Sequence[Word], wanted: Sequence[Search]) -> Iterator[tuple[str, Box]]:
    """Boxes over whole words, one per line of each hit: (key of the search, box)."""
    text, starts = _joined(words)
    covered: set[int] = set()
    for key, pattern in wanted:
        for match in pattern.finditer(text):
            first, last = match.span(match.lastindex or 0)
            if key == "iban":
                last = _iban_end(text[first:last], first)
                if last == first:
                    continue
            hit = [
                number
                for number, start in enumerate(starts)
                if start < last and start + len(words[number].text) > first
            ]
            if covered.issuperset(hit):
                continue  # the digits of an IBAN look like a telephone number
            covered.update(hit)
            for box in _by_line([words[number] for number in hit]):
                yield key, box


def _joined(words: Sequence[Word]) -> tuple[str, list[int]]:
    starts, length = [], 0
    for word in words:
        starts.append(length)
        length += len(word.text) + 1
    return " ".join(word.text for word in words), starts


def _iban_end(text: str, start: int) -> int:
    """The pattern may run into the next words: the longest part that is an IBAN counts."""
    for end in range(len(text), 14, -1):
        if text[end - 1].isspace():
            continue
        if iban.is_valid(text[:end]):
            return start + end
    return start


def _by_line(words: Sequence[Word]) -> Iterator[Box]:
    line: list[Word] = []
    for word in words:
        if line and (word.top > line[-1].bottom or word.bottom < line[-1].top):
            yield _around(line)
            line = []
        line.append(word)
    if line:
        yield _around(line)


def _around(words: Sequence[Word]) -> Box:
    return (
        max(0, min(word.left for word in words) - MARGIN),
        max(0, min(word.top for word in words) - MARGIN),
        min(10000, max(word.right for word in words) + MARGIN),
        min(10000, max(word.bottom for word in words) + MARGIN),
    )
