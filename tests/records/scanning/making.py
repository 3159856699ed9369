"""Scans made of a few drawn lines: each page another one, unless asked otherwise."""

from __future__ import annotations

import random
from io import BytesIO

from PIL import Image, ImageDraw

A4 = (414, 585)
"""Pixels of a sheet at 50 dpi: enough to tell pages apart."""


def page(number: int, *, blank: bool = False, longer: float = 1.0) -> Image.Image:
    """A sheet with lines of "text" that belong to `number` alone."""
    size = (A4[0], int(A4[1] * longer))
    image = Image.new("L", size, 255)
    if blank:
        return image
    draw = ImageDraw.Draw(image)
    dice = random.Random(number)
    for _line in range(14):
        top, left = dice.randrange(30, size[1] - 60), dice.randrange(20, 200)
        draw.rectangle(
            (left, top, left + dice.randrange(80, 200), top + dice.randrange(4, 40)), fill=0
        )
    return image


def pdf(*pages: Image.Image) -> bytes:
    """The pages as one PDF."""
    out = BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=50)
    return out.getvalue()


def tiff(*pages: Image.Image) -> bytes:
    """The pages as one TIFF."""
    out = BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], dpi=(50, 50))
    return out.getvalue()


def stack(size: int, *, first: int = 0) -> bytes:
    """A PDF of `size` different pages."""
    return pdf(*(page(first + number) for number in range(size)))
