"""What a file really is, and whether it is safe to open.

Decisions: encrypted PDF files are refused (nobody at the town hall could read them); so are PDF
files that run scripts, start programs or carry other files, because an application needs none of
that and macro-like content is how such files do harm. Pictures must decode completely and stay
under `MAX_PIXELS`. Files that are two things at once (a ZIP or HTML page behind a PDF header) are
refused. So is a PDF whose structure unpacks to more than `MAX_STRUCTURE` in one piece or is packed
in a way that has no limit: two kilobytes can stand for a gigabyte. A virus scanner is asked first
(`rathaus.core.virus`).
"""

from __future__ import annotations

import logging
import re
import warnings
from io import BytesIO
from threading import Lock
from typing import Any

import pikepdf
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from rathaus.core import virus
from rathaus.forms.rejection import UploadRejected

log = logging.getLogger("rathaus.forms")
CONTENT_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
MAX_PIXELS = 80_000_000
MAX_PAGES = 500
MAX_OBJECTS = 100_000
MAX_STRUCTURE = 1_000_000
"""Bytes that one object stream or cross-reference table may unpack to; usual are under 200 kB."""
MAX_OBJECT_STREAMS = 300
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_ACTIVE = {"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia",
           "/ImportData", "/SubmitForm", "/XFA", "/GoToE", "/Movie", "/Rendition"}  # fmt: skip

_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT_STREAM = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
_LZW = re.compile(rb"/LZW(Decode)?(?![A-Za-z0-9])")
_UNREAD = ("limit exceeded", "unfilterable stream")
_one_picture = Lock()
"""A picture at the limit takes 320 MB while it is looked at, so only one of them at a time."""

pikepdf.settings.set_qpdf_limits(
    flate_max_memory=MAX_STRUCTURE,
    png_max_memory=MAX_STRUCTURE,
    tiff_max_memory=MAX_STRUCTURE,
    run_length_max_memory=MAX_STRUCTURE,
    dct_max_memory=MAX_STRUCTURE,
    max_stream_filters=3,
)


def inspect(content: bytes) -> str:
    """``pdf``, ``jpeg`` or ``png``; an empty text for anything else.

    Raises UploadRejected where the file is of a known kind but damaged or dangerous.
    """
    _scan(content)
    if content.startswith(b"%PDF-"):
        _inspect_pdf(content)
        return "pdf"
    if content.startswith(b"\xff\xd8\xff"):
        _inspect_picture(content, "JPEG")
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        _inspect_picture(content, "PNG")
        return "png"
    return ""


def _scan(content: bytes) -> None:
    """Ask the virus scanner; without its word nothing is taken."""
    try:
        verdict = virus.scan(content)
    except virus.ScannerUnavailable:
        log.exception("an upload was refused: no verdict of the virus scanner")
        raise UploadRejected(
            _(
                "Die Prüfung auf Schadsoftware ist gerade nicht möglich. Bitte laden Sie die Datei "
                "in einigen Minuten noch einmal hoch."
            )
        ) from None
    if verdict.state == "infected":
        raise UploadRejected(
            _("Diese Datei wurde als Schadsoftware erkannt. Laden Sie eine andere Datei hoch.")
        )


def _inspect_pdf(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    behind = content[end + 5 :].strip() if end >= 0 else b""
    if len(behind) > 1024 or behind.startswith(_ARCHIVES):
        raise UploadRejected(_mixed())
    if _may_explode(content):
        raise UploadRejected(_damaged())
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            pages = len(pdf.pages)
            refusal = _refusal(pdf, pages)
    except pikepdf.PasswordError:
        pages, refusal = 0, _encrypted()
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError):
        pages, refusal = 0, ""
    if refusal:
        raise UploadRejected(refusal)
    if not pages:
        raise UploadRejected(_damaged())


def _may_explode(content: bytes) -> bool:
    """Very many object streams, or some beside LZW, the one filter qpdf sets no limit to."""
    plain = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), content)
    streams = len(_OBJECT_STREAM.findall(plain))
    packed = streams or b"/XRef" in plain
    return streams > MAX_OBJECT_STREAMS or bool(packed and _LZW.search(plain))


def _refusal(pdf: pikepdf.Pdf, pages: int) -> str:
    """Why a readable PDF is not taken; empty where it is."""
    if pdf.is_encrypted:
        return _encrypted()
    if len(pdf.objects) > MAX_OBJECTS or pages > MAX_PAGES:
        return _("Diese PDF-Datei hat zu viele Seiten. Teilen Sie sie auf mehrere Dateien auf.")
    if _is_active(pdf):
        return _(
            "Diese PDF-Datei enthält Programme oder angehängte Dateien. Drucken Sie sie in eine "
            "neue PDF-Datei und laden Sie diese hoch."
        )
    # What qpdf could not unpack it has left out, and so has the look for active content.
    if any(mark in str(warning) for warning in pdf.get_warnings() for mark in _UNREAD):
        return _damaged()
    return ""


def _is_active(pdf: pikepdf.Pdf) -> bool:
    """Whether any object of the file starts something or carries another file."""
    seen = 0
    for thing in pdf.objects:
        stack = [thing]
        while stack:
            seen += 1
            inner = _active_or_inside(stack.pop())
            if inner is None or seen > 10 * MAX_OBJECTS:
                return True
            stack += inner
    return False


def _active_or_inside(thing: Any) -> list[Any] | None:
    """The direct objects inside an object; None where it is active itself."""
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    if isinstance(thing, pikepdf.Dictionary):
        values = list(thing.values())
        names = {str(value) for value in values if isinstance(value, pikepdf.Name)}
        if _ACTIVE & (set(thing.keys()) | names):
            return None
    elif isinstance(thing, pikepdf.Array):
        values = list(thing)
    else:
        return []
    containers = (pikepdf.Dictionary, pikepdf.Array)
    return [v for v in values if isinstance(v, containers) and not v.is_indirect]


def _inspect_picture(content: bytes, kind: str) -> None:
    if _has_tail(content, kind):
        raise UploadRejected(_mixed())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with _one_picture, Image.open(BytesIO(content), formats=[kind]) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise Image.DecompressionBombError
                picture.load()
    except Image.DecompressionBombError:
        raise UploadRejected(
            _("Dieses Bild hat zu viele Bildpunkte. Verkleinern Sie es vor dem Hochladen.")
        ) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise UploadRejected(
            _("Dieses Bild ist beschädigt. Speichern Sie es neu oder wählen Sie ein anderes aus.")
        ) from None


def _has_tail(content: bytes, kind: str) -> bool:
    """Something other than padding behind the end of the picture: an archive or a page."""
    if kind == "PNG":
        end = content.rfind(b"IEND\xaeB`\x82")
        tail = content[end + 8 :] if end >= 0 else b""
        return bool(tail.strip(b"\0\r\n "))
    tail = content[-65_600:]  # cameras append previews, so only look for other formats
    return any(mark in tail for mark in (b"PK\x05\x06", b"%%EOF", b"</html>", b"</script>"))


def _damaged() -> str:
    return _(
        "Diese PDF-Datei ist beschädigt. Speichern Sie sie neu oder wählen Sie eine andere aus."
    )


def _encrypted() -> str:
    return _(
        "Diese PDF-Datei ist mit einem Kennwort geschützt. Speichern Sie sie ohne Kennwort und "
        "laden Sie sie noch einmal hoch."
    )


def _mixed() -> str:
    return _(
        "Diese Datei enthält noch eine andere Datei. Speichern oder drucken Sie sie neu und laden "
        "Sie das Ergebnis hoch."
    )
