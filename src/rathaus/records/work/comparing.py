"""How a version differs from the one before: pages and words, and the lines themselves."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass
from io import BytesIO

from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.records import extraction
from rathaus.records.models import DocumentVersion, Rendition, RenditionKind

READ_AT_ONCE = 2 * 1024 * 1024
"""Bytes up to which a page may read a file itself; larger ones only a job."""
MOST_LINES = 400
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Line:
    """One line of a comparison; `sign` is "+", "-" or " "."""

    sign: str
    text: str


def text_of(version: DocumentVersion, *, most: int | None = None) -> str:
    """Text of a version, from its text rendition first; "" if there is none to be had."""
    try:
        made = Rendition.objects.filter(version=version, kind=RenditionKind.TEXT)
        for rendition in made.select_related("blob"):
            return extraction.text_of(rendition.blob.read(), "text/plain")
        if most is not None and version.blob.size > most:
            return ""
        return extraction.text_of(version.read(), version.content_type)
    except (StorageDamaged, StorageShredded):
        return ""


def words(old: str, new: str) -> tuple[int, int]:
    """How many words were added and removed, counted without their order."""
    before, after = Counter(_WORD.findall(old)), Counter(_WORD.findall(new))
    return (after - before).total(), (before - after).total()


def lines(old: str, new: str) -> list[Line]:
    """The lines that differ with one line around, at most `MOST_LINES`."""
    found = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1)
    rows = [row for row in found if not row.startswith(("---", "+++", "@@"))]
    return [Line(row[:1], row[1:]) for row in rows[:MOST_LINES]]


def pages(version: DocumentVersion) -> int | None:
    """Pages of a PDF; None for everything else and for what cannot be read."""
    if not str(version.content_type).startswith("application/pdf"):
        return None
    import pikepdf

    try:
        with pikepdf.open(BytesIO(version.read())) as pdf:
            return len(pdf.pages)
    except (pikepdf.PdfError, StorageDamaged, StorageShredded):
        return None
