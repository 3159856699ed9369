"""What a file really is, and whether it is safe to open.

Decisions: encrypted PDF files are refused (nobody at the town hall could read them); so are PDF
files that run scripts, start programs or carry other files, because an application needs none of
that and macro-like content is how such files do harm. Pictures must decode completely and stay
under `MAX_PIXELS`. Files that are two things at once (a ZIP or HTML page behind a PDF header) are
refused. This does not replace a virus scanner.
"""

from __future__ import annotations

import warnings
from io import BytesIO

import pikepdf
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from rathaus.forms.rejection import UploadRejected

CONTENT_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
MAX_PIXELS = 80_000_000
MAX_PAGES = 500
MAX_OBJECTS = 100_000
# The EICAR test string in two halves, so that no scanner takes this file for a virus.
_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_ACTIVE = {"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia",
           "/ImportData", "/SubmitForm", "/XFA", "/GoToE", "/Movie", "/Rendition"}  # fmt: skip


def inspect(content: bytes) -> str:
    """``pdf``, ``jpeg`` or ``png``; an empty text for anything else.

    Raises UploadRejected where the file is of a known kind but damaged or dangerous.
    """
    if _EICAR in content:
        raise UploadRejected(
            _("Diese Datei wurde als Schadsoftware erkannt. Laden Sie eine andere Datei hoch.")
        )
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


def _inspect_pdf(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    behind = content[end + 5 :].strip() if end >= 0 else b""
    if len(behind) > 1024 or behind.startswith(_ARCHIVES):
        raise UploadRejected(_mixed())
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            pages = len(pdf.pages)
            if pdf.is_encrypted:
                raise UploadRejected(_encrypted())
            if len(pdf.objects) > MAX_OBJECTS or pages > MAX_PAGES:
                raise UploadRejected(
                    _(
                        "Diese PDF-Datei hat zu viele Seiten. Teilen Sie sie auf mehrere Dateien auf."
                    )
                )
            if pages and _is_active(pdf):
                raise UploadRejected(
                    _(
                        "Diese PDF-Datei enthält Programme oder angehängte Dateien. Drucken Sie sie "
                        "in eine neue PDF-Datei und laden Sie diese hoch."
                    )
                )
    except pikepdf.PasswordError:
        raise UploadRejected(_encrypted()) from None
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError):
        pages = 0
    if not pages:
        raise UploadRejected(
            _(
                "Diese PDF-Datei ist beschädigt. Speichern Sie sie neu oder wählen Sie eine andere aus."
            )
        )


def _is_active(pdf: pikepdf.Pdf) -> bool:
    """Whether any object of the file starts something or carries another file."""
    seen = 0
    for number in pdf.objects:
        stack = [number]
        while stack:
            thing = stack.pop()
            seen += 1
            if seen > 10 * MAX_OBJECTS:
                return True
            if isinstance(thing, pikepdf.Stream):
                thing = thing.stream_dict
            if isinstance(thing, pikepdf.Dictionary):
                for key, value in thing.items():
                    if key in _ACTIVE:
                        return True
                    if key in ("/S", "/Type", "/Subtype") and isinstance(value, pikepdf.Name):
                        if str(value) in _ACTIVE:
                            return True
                    if isinstance(value, pikepdf.Dictionary | pikepdf.Array):
                        if not value.is_indirect:
                            stack.append(value)
            elif isinstance(thing, pikepdf.Array):
                stack += [
                    v
                    for v in thing
                    if isinstance(v, pikepdf.Dictionary | pikepdf.Array) and not v.is_indirect
                ]
    return False


def _inspect_picture(content: bytes, kind: str) -> None:
    if _has_tail(content, kind):
        raise UploadRejected(_mixed())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=[kind]) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    raise UploadRejected(
                        _(
                            "Dieses Bild hat zu viele Bildpunkte. Verkleinern Sie es vor dem Hochladen."
                        )
                    )
                picture.load()
    except (Image.DecompressionBombError, UnidentifiedImageError, OSError, SyntaxError, ValueError):
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
