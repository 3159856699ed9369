"""Opening what came: a PDF as it is, a picture as a PDF of its pages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2

from rathaus.records.renditions.child import limits
from rathaus.records.renditions.child.refusal import Refused

_last: tuple[bytes, bytes] = (b"", b"")


def pdf_of(content: bytes, kind: str) -> bytes:
    """The file as PDF. Raises: Refused."""
    global _last
    if len(content) > limits.MAX_BYTES:
        raise Refused("too_large")
    if kind != "image":
        return content
    digest = hashlib.sha256(content).digest()
    if _last[0] != digest:
        from rathaus.records.renditions.child import images

        _last = (digest, images.to_pdf(content))
    return _last[1]


@contextmanager
def structure(content: bytes) -> Iterator[pikepdf.Pdf]:
    """The PDF as objects. Raises: Refused for broken and overlong ones, and without password.

    One that everybody may open but not print is read: it is only to be read here.
    """
    try:
        pdf = pikepdf.open(BytesIO(content))
    except pikepdf.PasswordError:
        raise Refused("encrypted") from None
    except pikepdf.PdfError:
        raise Refused("broken") from None
    with pdf:
        if not len(pdf.pages):
            raise Refused("broken")
        if len(pdf.pages) > limits.MAX_PAGES:
            raise Refused("too_many_pages")
        yield pdf


@contextmanager
def pages(content: bytes) -> Iterator[Any]:
    """The PDF for drawing and reading. Raises: Refused."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Refused("encrypted" if "password" in str(error).lower() else "broken") from None
    try:
        if not len(document):
            raise Refused("broken")
        if len(document) > limits.MAX_PAGES:
            raise Refused("too_many_pages")
        with suppress(pypdfium2.PdfiumError):
            document.init_forms()
        yield document
    finally:
        document.close()


def draw(page: Any, scale: float, *, grey: bool = False) -> Any:
    """A page as a picture (Pillow), never larger than the limit."""
    width, height = page.get_size()
    area = max(1.0, width * height)
    scale = min(scale, (limits.RENDER_PIXELS / area) ** 0.5, 20000 / max(width, height, 1))
    picture = page.render(scale=max(scale, 0.01), grayscale=grey).to_pil()
    return picture if picture.mode in ("L", "RGB") else picture.convert("L" if grey else "RGB")
