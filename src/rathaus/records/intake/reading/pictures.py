"""Small pictures of pages, for looking and sorting; made by a job only."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from rathaus.records import pdfium

WIDTH = 640
MAX_PAGES = 300
MAX_PIXELS = 80_000_000
MAX_HEIGHT = 2400


def of_pdf(content: bytes, *, width: int = WIDTH, most: int = MAX_PAGES) -> Iterator[bytes]:
    """A JPEG per page. A page that cannot be drawn is a white one. Raises: ValueError."""
    for picture in pages_of_pdf(content, width=width, most=most):
        yield jpeg(picture)


def pages_of_pdf(content: bytes, *, width: int, most: int, first: int = 0) -> Iterator[Any]:
    """A PIL picture per page, from the page after `first` others. Raises: ValueError."""
    with pdfium.alone():
        yield from _drawn(content, width=width, most=most, first=first)


def _drawn(content: bytes, *, width: int, most: int, first: int) -> Iterator[Any]:
    import pypdfium2
    from PIL import Image

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise ValueError(str(error)) from error
    try:
        for number in range(first, min(len(document), first + most)):
            try:
                page = document[number]
                wide, high = page.get_size()
                scale = min(width / max(wide, 1), MAX_HEIGHT / max(high, 1))
                bitmap = page.render(scale=scale, may_draw_forms=True)
                yield bitmap.to_pil().convert("RGB")
                page.close()
            except (pypdfium2.PdfiumError, ValueError, MemoryError):
                yield Image.new("RGB", (width, int(width * 1.414)), "white")
    finally:
        document.close()


def of_image(content: bytes, *, width: int = WIDTH, most: int = MAX_PAGES) -> Iterator[bytes]:
    """A JPEG per picture (a TIFF may hold many). Raises: ValueError."""
    from PIL import Image, ImageOps, ImageSequence

    try:
        with Image.open(BytesIO(content)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError("too many pixels")
            for number, frame in enumerate(ImageSequence.Iterator(picture)):
                if number >= most:
                    return
                upright = ImageOps.exif_transpose(frame.convert("RGB"))
                upright.thumbnail((width, MAX_HEIGHT))
                yield jpeg(upright)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from error


def frames(content: bytes) -> int | None:
    """How many pictures the file holds; None where it is damaged."""
    from PIL import Image

    try:
        with Image.open(BytesIO(content)) as picture:
            return int(getattr(picture, "n_frames", 1))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def jpeg(picture: Any) -> bytes:
    """Small enough to show thirty on a page."""
    out = BytesIO()
    picture.save(out, "JPEG", quality=72, optimize=True)
    return out.getvalue()
