"""What may come from a scanning device, recognised by its first bytes, never by its name."""

from __future__ import annotations

from django.utils.translation import gettext as _

from rathaus.core import virus
from rathaus.records.scanning.errors import NotReady

MAX_BYTES = 100 * 1024 * 1024
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


def type_of(content: bytes) -> str:
    """Media type, "" for what is no scan. A PDF may begin within its first kilobyte."""
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    return "application/pdf" if b"%PDF-" in content[:1024] else ""


def accept(content: bytes) -> str:
    """The media type of a file that may enter a batch.

    Raises: NotReady, virus.ScannerUnavailable.
    """
    if not content:
        raise NotReady(_("Die Datei ist leer. Scannen Sie sie noch einmal."))
    if len(content) > MAX_BYTES:
        raise NotReady(_("Die Datei ist größer als 100 MB. Teilen Sie den Stapel."))
    kind = type_of(content)
    if not kind:
        raise NotReady(_("Das ist kein Scan. Möglich sind PDF, TIFF, JPEG und PNG."))
    if virus.scan(content).state == "infected":
        raise NotReady(_("Die Datei enthält Schadsoftware und wurde nicht angenommen."))
    return kind


def title_of(name: str) -> str:
    """A file name as a title: without ending, blanks for underscores."""
    stem = name.rpartition(".")[0] or name
    return " ".join(stem.replace("_", " ").split())[:200] or name


def problem(code: str) -> str:
    """Why a file cannot be read, in German."""
    return {
        "encrypted": _("mit Kennwort geschützt"),
        "too_many_pages": _("mehr als 2.000 Seiten"),
        "too_large": _("Seiten unplausibel groß"),
        "empty": _("keine Seite enthalten"),
    }.get(code, _("Datei beschädigt"))
