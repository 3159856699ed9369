"""Reading pages with Tesseract: one process per page, several at once, nothing on the disk."""

from __future__ import annotations

import os
import re
import subprocess
import time
from dataclasses import dataclass, field
from typing import IO, Any

from rathaus.records.renditions.child import source
from rathaus.records.renditions.child.refusal import Refused

DPI = 300
SECONDS = 90.0
"""For the pages of one question."""
UNSURE = 55
"""Mean confidence; below, the page may lie on its side or on its head."""
FEW_WORDS = 6
_TURN = re.compile(rb"Rotate: (\d+)")


@dataclass
class Reading:
    """Words of a page: text, left, top, width, height in points of the page as shown."""

    words: list[list[Any]] = field(default_factory=list)
    text: str = ""
    confidence: int = 0
    turned: int = 0
    """Degrees clockwise by which the page had to be turned."""
    width: float = 0.0
    height: float = 0.0


def read(content: bytes, numbers: list[int], *, language: str = "deu") -> list[Reading]:
    """Read pages (from 0) at the same time. Raises: Refused, TimeoutError."""
    end = time.monotonic() + SECONDS
    pictures = []
    with source.pages(content) as document:
        for number in numbers:
            page = document[number]
            pictures.append((source.draw(page, DPI / 72, grey=True), *page.get_size()))
            page.close()
    running = [start(picture, ["-l", language, "tsv"]) for picture, _w, _h in pictures]
    found = []
    for job, (picture, width, height) in zip(running, pictures, strict=True):
        reading = _parse(finish(job, end), picture.width / width)
        reading.width, reading.height = width, height
        found.append(reading)
    return [
        _turned(reading, pictures[place], language, end)
        if reading.confidence < UNSURE or len(reading.words) < FEW_WORDS or _on_side(reading)
        else reading
        for place, reading in enumerate(found)
    ]


def _turned(reading: Reading, page: tuple[Any, float, float], language: str, end: float) -> Reading:
    """Ask how the page lies; read it again if it was scanned the wrong way round."""
    picture, width, height = page
    match = _TURN.search(finish(start(picture, ["-l", "osd", "--psm", "0"]), end, may_fail=True))
    degrees = int(match[1]) % 360 if match else 0
    if not degrees:
        return reading
    upright = picture.rotate(-degrees, expand=True)
    if degrees in (90, 270):
        width, height = height, width
    again = _parse(finish(start(upright, ["-l", language, "tsv"]), end), upright.width / width)
    worth = [one.confidence * len(one.words) for one in (reading, again)]
    if worth[1] <= worth[0] and not (_on_side(reading) and worth[1] > worth[0] * 0.8):
        return reading
    again.turned, again.width, again.height = degrees, width, height
    return again


def _on_side(reading: Reading) -> bool:
    """Tesseract also reads lines that run from the bottom to the top; people do not."""
    long = [word for word in reading.words if len(word[0]) > 3]
    return len(long) > 3 and sum(word[4] > word[3] for word in long) > len(long) / 2


Running = tuple[subprocess.Popen[bytes], IO[bytes]]


def start(picture: Any, options: list[str]) -> Running:
    """Begin; the picture goes in and the answer comes out through memory."""
    source_file = os.fdopen(os.memfd_create("page"), "wb+")
    answer = os.fdopen(os.memfd_create("text"), "wb+")
    picture.save(source_file, "PPM")
    source_file.seek(0)
    try:
        process = subprocess.Popen(
            ["tesseract", "stdin", "stdout", "--dpi", str(DPI), *options],
            stdin=source_file,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise Refused("no_ocr") from None
    finally:
        source_file.close()
    return process, answer


def finish(job: Running, end: float, *, may_fail: bool = False) -> bytes:
    """What it wrote. Raises: TimeoutError, Refused where it failed."""
    process, answer = job
    try:
        code = process.wait(max(1.0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise TimeoutError("Tesseract") from None
    with answer:
        if code and not may_fail:
            raise Refused("ocr_failed")
        answer.seek(0)
        return answer.read()


def _parse(tsv: bytes, scale: float) -> Reading:
    """Read Tesseract's table (level 5 is a word); `scale` is pixels per point."""
    words: list[list[Any]] = []
    lines: list[list[str]] = []
    sure, last, block = 0.0, "", ""
    for row in tsv.decode("utf-8", "replace").split("\n"):
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != "5" or not cells[11].strip():
            continue
        left, top, width, height = (int(cell) / scale for cell in cells[6:10])
        word, confidence = cells[11].strip(), float(cells[10])
        here = ".".join(cells[2:5])
        if here != last:
            if block and cells[2] != block:
                lines.append([])
            lines.append([])
            last, block = here, cells[2]
        lines[-1].append(word)
        words.append([word, *(round(value, 1) for value in (left, top, width, height))])
        sure += confidence
    text = "\n".join(" ".join(line) for line in lines)
    return Reading(words, text, round(sure / len(words)) if words else 0)
