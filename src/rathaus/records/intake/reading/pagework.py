"""Making new PDF files from pages of others. The originals are only read.

Nothing of a page is drawn anew: pages are taken over as they are, pictures are put into a
PDF without recoding (img2pdf).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _

from rathaus.records.intake.errors import BadPages

Page = tuple[int, int]
"""Number from 1, and rotation in degrees clockwise (0, 90, 180, 270)."""


@dataclass(frozen=True)
class Take:
    """Some pages of one file, in the order wanted."""

    content: bytes
    content_type: str
    pages: Sequence[Page]


def compose(takes: Iterable[Take], told: Callable[[], None] | None = None) -> bytes:
    """One PDF of the pages named; `told` is called after each file. Raises: BadPages."""
    import pikepdf

    try:
        with pikepdf.new() as target:
            for take in takes:
                with pikepdf.open(BytesIO(as_pdf(take.content, take.content_type))) as source:
                    _append(target, source, take.pages)
                if told is not None:
                    told()
            if not len(target.pages):
                raise BadPages(_("Es muss mindestens eine Seite übrig bleiben."))
            out = BytesIO()
            target.save(out, deterministic_id=True)
            return out.getvalue()
    except pikepdf.PasswordError as error:
        raise BadPages(_("Diese Datei ist mit einem Kennwort geschützt.")) from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise BadPages(_("Die Seiten dieser Datei lassen sich nicht lesen.")) from error


def _append(target: object, source: object, pages: Sequence[Page]) -> None:
    count = len(source.pages)  # type: ignore[attr-defined]
    for number, turn in pages:
        if not 1 <= number <= count:
            raise BadPages(_("Eine Seite %(n)s gibt es nicht.") % {"n": number})
        target.pages.append(source.pages[number - 1])  # type: ignore[attr-defined]
        if turn % 360:
            target.pages[-1].rotate(turn % 360, relative=True)  # type: ignore[attr-defined]


def as_pdf(content: bytes, content_type: str) -> bytes:
    """A picture as PDF, a PDF as it is. Raises: BadPages."""
    if content_type == "application/pdf":
        return content
    if not content_type.startswith("image/"):
        raise BadPages(_("Nur PDF-Dateien und Bilder haben Seiten, die sich bearbeiten lassen."))
    import img2pdf

    try:
        made: bytes = img2pdf.convert(content, rotation=img2pdf.Rotation.ifvalid)
    except Exception as error:  # foreign pictures break readers in every way there is
        raise BadPages(_("Dieses Bild lässt sich nicht in ein PDF umwandeln.")) from error
    return made


def parse_ranges(text: str, count: int) -> list[list[int]]:
    """``"1-3, 4, 5-8"`` → ``[[1, 2, 3], [4], [5, 6, 7, 8]]``. Raises: BadPages."""
    found: list[list[int]] = []
    for part in text.replace(";", ",").split(","):
        first, dash, last = part.strip().replace("–", "-").partition("-")
        if not first.strip().isdecimal() or (dash and not last.strip().isdecimal()):
            raise BadPages(_("Schreiben Sie die Teile so: 1-3, 4, 5-8."))
        start, end = int(first[:6]), int((last if dash else first)[:6])
        if not 1 <= start <= end <= count:
            raise BadPages(
                _("„%(part)s“ passt nicht: Es gibt die Seiten 1 bis %(n)s.")
                % {"part": part.strip()[:20], "n": count}
            )
        found.append(list(range(start, end + 1)))
    return found
