"""Where in a text a word of the question may stand, without understanding each word.

Understanding a word (stem, parts of a compound) costs more than finding a few letters. The
first letters of what is looked for, in every spelling they may have, are looked for first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rathaus.search.question import WordQuery

_SPELLINGS = {
    "a": "ae?", "o": "oe?", "u": "ue?", "s": "[sß]+", "2": "[2²]", "3": "[3³]",
}  # fmt: skip
_SEVERAL_S = re.compile("ss+")
_WORD = re.compile(r"[^\W_]+")
_GERMAN = tuple(zip("äöüÄÖÜ", "aouAOU", strict=True))
_PLAIN = re.compile(r"[\x00-\x7fäöüÄÖÜß§–—„“”‚‘’»«…•·°€²³×\u00a0\u00ad]*")


@lru_cache(maxsize=64)
def pattern(words: tuple[WordQuery, ...]) -> re.Pattern[str] | None:
    """Beginnings of which some stand in every word that matches; None where there are none."""
    clues: set[str] = set()
    for word in words:
        for term in (word.stem, *word.parts, *([word.prefix] if word.prefix else [])):
            begins = _SEVERAL_S.sub("s", term[:6].rstrip("s"))
            if not begins:
                return None
            clues.add("".join(_SPELLINGS.get(letter) or re.escape(letter) for letter in begins))
    if not clues:
        return None
    return re.compile("|".join(sorted(clues)), re.IGNORECASE)


def places(text: str, clue: re.Pattern[str] | None) -> Iterator[tuple[int, int]]:
    """Beginnings and ends of the words worth a closer look, in order."""
    if clue is None or not _PLAIN.fullmatch(text):
        for found in _WORD.finditer(text):
            yield found.span()
        return
    plain, end = text, 0
    for umlaut, letter in _GERMAN:  # four times as fast as `translate`
        plain = plain.replace(umlaut, letter)
    while hit := clue.search(plain, end):
        start = hit.start()
        while start > end and _WORD.match(plain[start - 1]):
            start -= 1
        word = _WORD.match(plain, start)
        if word is None:  # cannot be: a clue consists of letters and digits
            return
        end = word.end()
        yield start, end
