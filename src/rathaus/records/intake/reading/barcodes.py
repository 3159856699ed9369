"""Separator sheets: a QR code between the letters of a stack, optionally with a reference.

The code reads ``RH1:TRENN`` or ``RH1:TRENN:<Aktenzeichen>``. The usual patch code sheets
(``PATCHT``, ``PATCH2`` … as Code 39 or Code 128) separate as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

PREFIX = "RH1:TRENN"
WIDTH = 1000
_PATCH = re.compile(r"\*?PATCH ?(T|[1-6]|I{1,3})\*?", re.IGNORECASE)
_REFERENCE = re.compile(r"[^\x00-\x1f\x7f]{1,60}")


@dataclass(frozen=True)
class Sheet:
    """A separator found on page `number` (from 1)."""

    number: int
    reference: str = ""


def code_for(reference: str = "") -> str:
    """What the QR code of a separator sheet holds."""
    return f"{PREFIX}:{reference}" if reference else PREFIX


def find(pages: Iterable[Any]) -> list[Sheet]:
    """The separator sheets among pictures of pages."""
    import zxingcpp

    wanted = zxingcpp.BarcodeFormats(
        [
            zxingcpp.BarcodeFormat.QRCode,
            zxingcpp.BarcodeFormat.Code39,
            zxingcpp.BarcodeFormat.Code128,
        ]
    )
    found: list[Sheet] = []
    for number, picture in enumerate(pages, 1):
        for code in zxingcpp.read_barcodes(picture.convert("L"), formats=wanted):
            reference = meaning(code.text)
            if reference is not None:
                found.append(Sheet(number, reference))
                break
    return found


def meaning(text: str) -> str | None:
    """The reference of a separator ("" for none); None for a code of something else."""
    if text == PREFIX or _PATCH.fullmatch(text.strip()):
        return ""
    head, _, reference = text.partition(f"{PREFIX}:")
    if head == "" and _REFERENCE.fullmatch(reference):
        return reference.strip()
    return None


def parts(sheets: list[Sheet], count: int) -> list[tuple[list[int], str]]:
    """Page numbers of each part with the reference of the sheet before it; no empty parts."""
    found: list[tuple[list[int], str]] = []
    start, reference = 1, ""
    for sheet in [*sheets, Sheet(count + 1)]:
        pages = list(range(start, sheet.number))
        if pages:
            found.append((pages, reference))
        start, reference = sheet.number + 1, sheet.reference
    return found
