"""Screenshots for the documentation, small enough for a repository."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

from PIL import Image

COLOURS = 192


def keep(png: bytes, path: Path) -> None:
    """Write a screenshot with a palette instead of full colours: a quarter of the size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    small = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def first_page(pdf: bytes) -> bytes:
    """The first page of a PDF as PNG."""
    command = ["pdftoppm", "-png", "-r", "80", "-f", "1", "-l", "1", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
