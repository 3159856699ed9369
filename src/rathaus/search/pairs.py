"""Which words stand next to each other: what makes a phrase fast to find.

The databases keep no places of words (that would triple the index). Instead each pair of
neighbouring words, stop words left out, becomes one short term. A phrase is then an AND of
its pairs; what is found is compared with the text afterwards, because pairs may collide.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import lru_cache

from rathaus.search import language

PAIR = "_"
"""No word begins like this."""
MAX_PAIRS = 60_000
"""Different pairs kept of one entry."""
_BITS = 20
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_TWO = [high + low for high in _DIGITS for low in _DIGITS]


@lru_cache(maxsize=100_000)
def _content(word: str) -> str:
    """The stem of a word that says something, else ""."""
    return "" if language.is_stop_word(word) else language.stem(word)


def term(left: str, right: str) -> str:
    """The term of two neighbouring stems: four digits of base 32."""
    number = zlib.crc32(f"{left} {right}".encode()) >> (32 - _BITS)
    return PAIR + _TWO[number >> 10] + _TWO[number & 1023]


def of_words(words: Iterable[str]) -> list[str]:
    """The terms of all neighbours in `words`, each once, in order.

    >>> of_words(["Antrag", "auf", "Erlaubnis"]) == of_words(["Anträge", "Erlaubnis"])
    True
    """
    stems = [stem for stem in map(_content, words) if stem]
    found = dict.fromkeys(map(term, stems, stems[1:]))
    return list(found)[:MAX_PAIRS]
