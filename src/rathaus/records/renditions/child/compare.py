"""Is the rendition the same document? Pages, words, and how each page looks."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from PIL import ImageChops, ImageStat

from rathaus.records.renditions.child import source, text

LOOKED_AT = 60
"""Pages whose look is compared, beginning with the first."""
SMALL = 110
"""Shorter side in pixels of the pictures that are compared."""
DIFFERS = 8.0
"""Mean difference of grey (0 to 255) from which a page looks different."""
_WORD = re.compile(r"\w{2,}")


def both(
    original: bytes, made: bytes, reads: dict[int, dict[str, Any]]
) -> tuple[dict[str, Any], bytes]:
    """Facts for the verdict and the text of the rendition, pages divided by form feeds."""
    missing = words = 0
    differing, texts = [], []
    with source.pages(original) as before, source.pages(made) as after:
        counts = len(before), len(after)
        for number in range(min(counts)):
            old, new = before[number], after[number]
            new_text = text.of_page(new)
            wanted = _words(text.of_page(old)) + _words(reads.get(number, {}).get("text", ""))
            words += wanted.total()
            missing += (wanted - _words(new_text)).total()
            texts.append(reads[number]["text"] if _only_read(number, reads, old) else new_text)
            turned = int(reads.get(number, {}).get("turned", 0))
            if number < LOOKED_AT and _differ(old, new, turned):
                differing.append(number + 1)
            old.close()
            new.close()
    return {
        "pages": list(counts),
        "words": words,
        "missing": missing,
        "differing": differing,
    }, "\f".join(texts).encode()


def _only_read(number: int, reads: dict[int, dict[str, Any]], old: Any) -> bool:
    """A page without text of its own: what OCR said has the better order and lines."""
    return number in reads and not text.readable(text.of_page(old))


def _words(value: str) -> Counter[str]:
    return Counter(_WORD.findall(value.lower()))


def _differ(old: Any, new: Any, turned: int) -> bool:
    one, other = (
        source.draw(page, SMALL / max(1.0, min(page.get_size())), grey=True) for page in (old, new)
    )
    if turned:
        one = one.rotate(-turned, expand=True)
    one = one.resize(other.size)
    return bool(ImageStat.Stat(ImageChops.difference(one, other)).mean[0] > DIFFERS)
