"""What the search knows of a record besides its words: one letter for each exact field."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OFFICE, PLACE, DOSSIER, CASE = "o", "p", "a", "v"
"""Primary keys; of the plan all places above too."""
DOCUMENT_KIND, DIRECTION, STATE, FILE, SIZE, TAG, REFERENCE = "x", "d", "z", "f", "b", "g", "r"
PERSON, CLERK, TITLE = "w", "c", "t"
"""Fields of words. "t" is the search's own."""

MAX_SEGMENTS = 8
_SEGMENT = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class FileClass:
    """A kind of file as people call it."""

    key: str
    label: Promise
    types: tuple[str, ...]
    endings: tuple[str, ...]


FILES = (
    FileClass("pdf", _("PDF"), ("application/pdf",), ("pdf",)),
    FileClass("image", _("Bild"), ("image/",), ("png", "jpg", "jpeg", "tif", "tiff", "heic")),
    FileClass(
        "mail",
        _("E-Mail"),
        ("message/", "application/vnd.ms-outlook"),
        ("eml", "msg"),
    ),
    FileClass(
        "sheet",
        _("Tabelle"),
        (
            "text/csv",
            "application/vnd.ms-excel",
            "application/vnd.openxmlformats-officedocument.spreadsheetml",
            "application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("csv", "xls", "xlsx", "ods"),
    ),
    FileClass(
        "office",
        _("Textdatei"),
        (
            "text/",
            "application/msword",
            "application/rtf",
            "application/vnd.openxmlformats-officedocument.wordprocessingml",
            "application/vnd.oasis.opendocument.text",
        ),
        ("txt", "doc", "docx", "odt", "rtf"),
    ),
    FileClass("data", _("Daten"), ("application/json", "application/xml"), ("json", "xml")),
    FileClass("other", _("Sonstiges"), (), ()),
)

SIZES: tuple[tuple[str, int, Promise], ...] = (
    ("s", 100_000, _("bis 100 KB")),
    ("m", 1_000_000, _("100 KB bis 1 MB")),
    ("l", 10_000_000, _("1 bis 10 MB")),
    ("x", 1 << 62, _("über 10 MB")),
)
"""Key, first size above it in bytes, label."""


def file_class(content_type: str, name: str) -> str:
    """The class of a file by its type, else by the ending of its name."""
    kind = content_type.partition(";")[0].strip().lower()
    ending = name.rpartition(".")[2].lower()
    for one in FILES:
        if kind.startswith(one.types):
            return one.key
    for one in FILES:
        if ending in one.endings:
            return one.key
    return "other"


def size_class(size: int) -> str:
    """The class of a size in bytes."""
    return next(key for key, end, _label in SIZES if size < end)


def segments(reference: str) -> list[str]:
    """The parts of a reference, leading zeros left out: "33.20/2026-0007" → 33, 20, 2026, 7."""
    found = _SEGMENT.findall(_ascii(reference.lower()))
    return [part.lstrip("0") or "0" for part in found][:MAX_SEGMENTS]


def references(*texts: str) -> list[str]:
    """All that a reference may be looked for by: each run of its parts."""
    found: dict[str, None] = {}
    for text in texts:
        parts = segments(text)
        for start in range(len(parts)):
            for end in range(start + 1, len(parts) + 1):
                found[".".join(parts[start:end])[:80]] = None
    return list(found)


def reference(text: str) -> str:
    """What a (part of a) reference is looked for by; "" where there is nothing in it."""
    return ".".join(segments(text))[:80]


def _ascii(text: str) -> str:
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(letter, plain)
    return text.encode("ascii", "ignore").decode()
