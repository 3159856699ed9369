"""Looking at the pages of a scan: small pictures and what can be counted on them.

Runs only in jobs. Whatever is wrong with a file is a finding in words, never an exception:
devices deliver broken files, and people deliver worse.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from rathaus.records import pdfium

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PAGES = 2000
MAX_PIXELS = 120_000_000
"""A sheet A3 at 600 dpi has 70 million; more is a bomb."""
LONG_SIDE = 1200
"""Pixels of the picture for the check: about 105 dpi on A4, enough to read it."""
QUALITY = 55
DARK = 128
BORDER = 0.03
"""Share of each side left out when counting dark dots: edges of the glass are black."""
MM_PER_POINT = 25.4 / 72
READABLE = frozenset({"application/pdf", "image/tiff", "image/jpeg", "image/png"})


class Unreadable(Exception):
    """`code` says why: encrypted, damaged, too_many_pages, too_large, empty, type."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class PageFacts:
    """What was seen on a page; sizes in millimetres, ink in dark dots per million."""

    number: int
    width: int
    height: int
    ink: int
    fingerprint: str
    picture: bytes


def count_pages(content: bytes, content_type: str) -> int:
    """How many pages there are. Raises: Unreadable."""
    with _opened(content, content_type) as source:
        count = source.count
    if count < 1:
        raise Unreadable("empty")
    if count > MAX_PAGES:
        raise Unreadable("too_many_pages")
    return count


def look(content: bytes, content_type: str, first: int, last: int) -> Iterator[PageFacts]:
    """The pages `first` to `last` (from 1). Raises: Unreadable."""
    with _opened(content, content_type) as source:
        for number in range(first, min(last, source.count) + 1):
            try:
                image, width, height = source.page(number - 1)
            except Unreadable:
                raise
            except Exception as error:  # readers of pictures fail in every way there is
                raise Unreadable("damaged") from error
            yield _facts(number, image, width, height)


class _Pdf:
    def __init__(self, content: bytes) -> None:
        import pypdfium2

        try:
            self._document: Any = pypdfium2.PdfDocument(content)
            self.count = len(self._document)
        except pypdfium2.PdfiumError as error:
            code = "encrypted" if "assword" in str(error) else "damaged"
            raise Unreadable(code) from error

    def page(self, index: int) -> tuple[Image, int, int]:
        page = self._document[index]
        try:
            width, height = page.get_size()
            if width < 1 or height < 1:
                raise Unreadable("damaged")
            # The scale makes every picture the same size: huge pages cost no more.
            scale = LONG_SIDE / max(width, height)
            image = page.render(scale=scale, grayscale=True).to_pil()
        finally:
            page.close()
        return image, round(width * MM_PER_POINT), round(height * MM_PER_POINT)

    def close(self) -> None:
        self._document.close()


class _Picture:
    def __init__(self, content: bytes) -> None:
        from PIL import Image

        try:
            self._image: Any = Image.open(BytesIO(content), formats=["TIFF", "JPEG", "PNG"])
            self.count = min(getattr(self._image, "n_frames", 1), MAX_PAGES + 1)
        except Image.DecompressionBombError as error:
            raise Unreadable("too_large") from error
        except Exception as error:
            raise Unreadable("damaged") from error

    def page(self, index: int) -> tuple[Image, int, int]:
        self._image.seek(index)
        width, height = self._image.size
        if width * height > MAX_PIXELS:
            raise Unreadable("too_large")
        across, down = self._dots()
        self._image.draft("L", (LONG_SIDE, LONG_SIDE))
        image = self._image.convert("L")
        image.thumbnail((LONG_SIDE, LONG_SIDE))
        return image, round(width / across * 25.4), round(height / down * 25.4)

    def _dots(self) -> tuple[float, float]:
        """Dots per inch across and down; 300 where the file does not say."""
        try:
            across, down = (float(value) for value in self._image.info["dpi"][:2])
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            return 300.0, 300.0
        if not (50 <= across <= 2400 and 50 <= down <= 2400):
            return 300.0, 300.0
        return across, down

    def close(self) -> None:
        self._image.close()


@contextlib.contextmanager
def _opened(content: bytes, content_type: str) -> Iterator[_Pdf | _Picture]:
    if content_type not in READABLE:
        raise Unreadable("type")
    with pdfium.alone():
        source = _Pdf(content) if content_type == "application/pdf" else _Picture(content)
        try:
            yield source
        finally:
            source.close()


def _facts(number: int, image: Image, width: int, height: int) -> PageFacts:
    grey = image.convert("L")
    across, down = int(grey.width * BORDER), int(grey.height * BORDER)
    inner = grey.crop((across, down, max(across + 1, grey.width - across),
                       max(down + 1, grey.height - down)))  # fmt: skip
    dark = sum(inner.histogram()[:DARK])
    out = BytesIO()
    grey.save(out, "JPEG", quality=QUALITY, optimize=True)
    return PageFacts(
        number=number,
        width=width,
        height=height,
        ink=dark * 1_000_000 // max(1, inner.width * inner.height),
        fingerprint=_difference_hash(inner),
        picture=out.getvalue(),
    )


def _difference_hash(image: Image) -> str:
    """256 bits: is each of 16 × 16 places lighter than its right neighbour.

    Fewer bits do not tell one typed letter from another.
    """
    from PIL.Image import Resampling

    small = image.resize((17, 16), Resampling.BOX)
    dots = list(small.tobytes())
    bits = 0
    for row in range(16):
        for column in range(16):
            bits = bits << 1 | (dots[row * 17 + column] > dots[row * 17 + column + 1])
    return f"{bits:064x}"
