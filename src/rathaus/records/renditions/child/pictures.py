"""Pictures of pages: a small one of the first for lists, larger ones for reading."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops

from rathaus.records.renditions.child import source, text

SMALL, LARGE = 320, 1100
"""Widths in pixels; the small one may be up to twice that."""
PAGES = 24
BUDGET = 6 * 1024 * 1024
"""Bytes of all pictures that are kept; pages beyond are drawn when somebody asks."""
MAX_WIDTH = 2400
COLOURLESS = 14
"""Difference of red, green and blue that nobody sees."""


def album(content: bytes) -> bytes:
    """A zip with ``0`` (first page, small), ``1``, ``2`` … as PNG or JPEG. Raises: Refused."""
    out = BytesIO()
    with (
        source.pages(content) as document,
        zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as album_file,
    ):
        size = 0
        for number in range(min(PAGES, len(document))):
            page = document[number]
            large, coloured = _draw(page, LARGE)
            if number == 0:
                small = large.reduce(max(1, large.width // SMALL))
                album_file.writestr(*_entry(0, small, coloured))
            entry = _entry(number + 1, large, coloured)
            page.close()
            size += len(entry[1])
            if number and size > BUDGET:
                break
            album_file.writestr(*entry)
    return out.getvalue()


def one(content: bytes, number: int, width: int) -> tuple[bytes, str]:
    """One page (from 1) and its file ending. Raises: Refused, IndexError."""
    with source.pages(content) as document:
        if not 1 <= number <= len(document):
            raise IndexError(number)
        large, coloured = _draw(document[number - 1], min(width, MAX_WIDTH))
        name, data = _entry(number, large, coloured)
        return data, name.rpartition(".")[2]


def _draw(page: Any, width: int) -> tuple[Any, bool]:
    share = text.covered(page)
    picture = source.draw(page, width / max(1.0, page.get_width()))
    return picture, share > text.LARGE


def _entry(number: int, picture: Any, photo: bool) -> tuple[str, bytes]:
    """Drawn text keeps its edges with few colours; scans and photos are smaller as JPEG."""
    out = BytesIO()
    if photo or number == 0:
        picture.save(out, "JPEG", quality=72)
        return f"{number}.jpg", out.getvalue()
    if _is_grey(picture):
        few = picture.convert("L").point([value >> 4 for value in range(256)])
        few.putpalette([value for step in range(16) for value in (step * 17,) * 3])
        few.save(out, "PNG", compress_level=4, bits=4)
    else:
        picture.quantize(32, Image.Quantize.FASTOCTREE, dither=0).save(out, "PNG", compress_level=4)
    return f"{number}.png", out.getvalue()


def _is_grey(picture: Any) -> bool:
    """Whether no part of the page has a colour; a look at a quarter of it is enough."""
    if picture.mode == "L":
        return True
    red, green, blue = picture.reduce(4).split()
    pairs = ((red, blue), (green, blue))
    ranges: list[Any] = [ImageChops.difference(*pair).getextrema() for pair in pairs]
    return all(most < COLOURLESS for _least, most in ranges)
