"""The text of a PDF, page by page, and what it is worth."""

from __future__ import annotations

from typing import Any

import pypdfium2.raw as pdfium

from rathaus.records.renditions.child import limits
from rathaus.records.renditions.child.words import readable, tidy

__all__ = ["covered", "needs_reading", "of_document", "of_page", "readable", "tidy"]

FEW = 30
"""Readable characters; a page with a picture and fewer needs OCR."""
STAMP = 250
"""A picture over nearly the whole page with no more characters than a stamp or a footer has."""
LARGE, WHOLE = 0.2, 0.6
"""Parts of the page covered by pictures."""


def of_page(page: Any) -> str:
    """Text in reading order; words divided at line ends are one again."""
    textpage = page.get_textpage()
    try:
        found = textpage.get_text_range()
    finally:
        textpage.close()
    return tidy(found)


def of_document(document: Any) -> str:
    """All pages, divided by form feeds, up to the limit."""
    found, size = [], 0
    for page in document:
        found.append(of_page(page))
        size += len(found[-1])
        page.close()
        if size > limits.MAX_TEXT:
            break
    return "\f".join(found)[: limits.MAX_TEXT]


def covered(page: Any) -> float:
    """How much of the page pictures cover, from 0 to 1."""
    width, height = page.get_size()
    area, total = max(1.0, width * height), 0.0
    for number, item in enumerate(
        page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4)
    ):
        left, bottom, right, top = item.get_bounds()
        seen_width = max(0.0, min(right, width * 2) - max(left, -width))
        seen_height = max(0.0, min(top, height * 2) - max(bottom, -height))
        total += seen_width * seen_height
        if total >= area or number > 2000:
            break
    return float(min(1.0, total / area))


def needs_reading(chars: int, share: float) -> bool:
    """Whether a page is a picture of text. Its tags are no evidence: scanners write some too."""
    if chars < FEW:
        return share >= LARGE
    return share >= WHOLE and chars < STAMP
