"""What is drawn: the original where it has pages, else its PDF rendition."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL.Image import Image

from rathaus.records import pdfium
from rathaus.records.models import DocumentVersion, Rendition, RenditionKind

PICTURES = frozenset({"image/jpeg", "image/png", "image/tiff"})
MOST_PAGES = 300
LONGEST_SIDE = 4000
"""Pixels; keeps a page of ten metres from filling the memory."""
MOST_PIXELS = 80_000_000


def bare(picture: Image) -> Image:
    """The same pixels without anything a file format carries along (comments, Exif, profiles)."""
    from PIL import Image as images

    found = images.new("RGB", picture.size)
    found.paste(picture)
    return found


class NoPages(ValueError):
    """The file cannot be drawn: encrypted, damaged, too long, or of another kind."""


@dataclass(frozen=True)
class Word:
    """A word with its place in ten-thousandths of the page."""

    text: str
    left: int
    top: int
    right: int
    bottom: int


def kind_of(version: DocumentVersion) -> str:
    """The bare type of a version's file."""
    return str(version.content_type).partition(";")[0].strip().lower()


def rendition(version: DocumentVersion) -> Rendition | None:
    """The PDF made of a version, if there is one."""
    rows = Rendition.objects.filter(version=version, kind=RenditionKind.PDF)
    return rows.select_related("blob").first()


def has_pages(version: DocumentVersion) -> bool:
    """Whether the version can be drawn."""
    kind = kind_of(version)
    return kind == "application/pdf" or kind in PICTURES or rendition(version) is not None


class Source:
    """Pages of a version; `size` in points, `draw` in dots per inch, `words` of a page."""

    count: int

    def size(self, index: int) -> tuple[float, float]:
        """Width and height in points, as the page is looked at."""
        raise NotImplementedError

    def draw(self, index: int, dpi: int) -> Image:
        """The page as a picture in RGB."""
        raise NotImplementedError

    def words(self, index: int) -> list[Word]:
        """What can be searched on the page; nothing on a scan without text layer."""
        raise NotImplementedError

    def close(self) -> None:
        """Let the file go."""


@contextmanager
def opened(version: DocumentVersion) -> Iterator[Source]:
    """The pages of a version. Raises: NoPages, StorageDamaged, StorageShredded."""
    with pdfium.alone():
        source = _source(version)
        try:
            yield source
        finally:
            source.close()


def _source(version: DocumentVersion) -> Source:
    kind, made = kind_of(version), rendition(version)
    if kind == "application/pdf":
        source = _Pdf(version.read())
        if made is not None and not any(source.words(i) for i in range(min(3, source.count))):
            return _with_words_of(source, made.blob.read())
        return source
    if kind in PICTURES:
        return _Picture(version.read())
    if made is not None:
        return _Pdf(made.blob.read())
    raise NoPages(kind)


def _with_words_of(scan: _Pdf, content: bytes) -> _Pdf:
    """A scan takes the words from its rendition, where both have the same pages."""
    try:
        read = _Pdf(content)
    except NoPages:
        return scan
    if read.count == scan.count:
        scan.reads = read
    return scan


class _Pdf(Source):
    def __init__(self, content: bytes) -> None:
        import pypdfium2

        try:
            self._pdf = pypdfium2.PdfDocument(content)
            self.count = len(self._pdf)
            self._pdf.init_forms()
        except pypdfium2.PdfiumError as error:
            raise NoPages(str(error)) from error
        if not 0 < self.count <= MOST_PAGES:
            self._pdf.close()
            raise NoPages(f"{self.count} pages")
        self.reads: _Pdf | None = None

    def size(self, index: int) -> tuple[float, float]:
        page = self._pdf[index]
        width, height = page.get_size()
        return float(width), float(height)

    def draw(self, index: int, dpi: int) -> Image:
        page = self._pdf[index]
        scale = min(dpi / 72, LONGEST_SIDE / max(1.0, *page.get_size()))
        bitmap = page.render(scale=scale, may_draw_forms=True)
        picture: Image = bitmap.to_pil().convert("RGB")
        bitmap.close()
        page.close()
        return picture

    def words(self, index: int) -> list[Word]:
        if self.reads is not None:
            return self.reads.words(index)
        page = self._pdf[index]
        text = page.get_textpage()
        letters = text.get_text_range()
        found, current = [], _Collector()
        place = _Placer(page)
        for number in range(text.count_chars()):
            letter = letters[number] if number < len(letters) else ""
            if not letter.strip():
                found += current.flush()
                continue
            current.add(letter, place(text.get_charbox(number, loose=True)))
        found += current.flush()
        text.close()
        page.close()
        return found

    def close(self) -> None:
        if self.reads is not None:
            self.reads.close()
        self._pdf.close()


class _Placer:
    """From coordinates of the file to the page as it is looked at (turned, cut)."""

    def __init__(self, page: Any) -> None:
        import ctypes

        from pypdfium2 import raw

        self._raw, self._page = raw, page
        self._x, self._y = ctypes.c_int(), ctypes.c_int()
        self._byref = ctypes.byref

    def __call__(self, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
        left, bottom, right, top = box
        first, second = self._point(left, top), self._point(right, bottom)
        xs, ys = sorted((first[0], second[0])), sorted((first[1], second[1]))
        return xs[0], ys[0], xs[1], ys[1]

    def _point(self, x: float, y: float) -> tuple[int, int]:
        self._raw.FPDF_PageToDevice(
            self._page, 0, 0, 10000, 10000, 0, x, y, self._byref(self._x), self._byref(self._y)
        )
        return min(max(self._x.value, 0), 10000), min(max(self._y.value, 0), 10000)


class _Collector:
    """Letters that become a word; one that jumps to another line begins a new word."""

    def __init__(self) -> None:
        self._letters: list[str] = []
        self._boxes: list[tuple[int, int, int, int]] = []
        self._words: list[Word] = []

    def add(self, letter: str, box: tuple[int, int, int, int]) -> None:
        if self._boxes and (box[1] > self._boxes[-1][3] or box[3] < self._boxes[-1][1]):
            self._end()
        self._letters.append(letter)
        self._boxes.append(box)

    def flush(self) -> list[Word]:
        self._end()
        words, self._words = self._words, []
        return words

    def _end(self) -> None:
        if self._letters:
            lefts, tops, rights, bottoms = zip(*self._boxes, strict=True)
            text = "".join(self._letters)
            self._words.append(Word(text, min(lefts), min(tops), max(rights), max(bottoms)))
        self._letters, self._boxes = [], []


class _Picture(Source):
    def __init__(self, content: bytes) -> None:
        from PIL import Image as images

        try:
            self._file = images.open(BytesIO(content))
            self.count = int(getattr(self._file, "n_frames", 1))
            if self._file.width * self._file.height > MOST_PIXELS or self.count > MOST_PAGES:
                raise NoPages("too large")
        except (OSError, images.DecompressionBombError, ValueError) as error:
            raise NoPages(str(error)) from error

    def _frame(self, index: int) -> Image:
        from PIL import ImageOps

        try:
            self._file.seek(index)
            turned = ImageOps.exif_transpose(self._file)
            return bare((turned or self._file).convert("RGB"))
        except (OSError, EOFError, SyntaxError, ValueError) as error:
            raise NoPages(str(error)) from error

    def size(self, index: int) -> tuple[float, float]:
        """As large as fits an A4 page (595 × 842 points)."""
        width, height = self._frame(index).size
        scale = min(595 / width, 842 / height)
        return width * scale, height * scale

    def draw(self, index: int, dpi: int) -> Image:
        picture = self._frame(index)
        width, height = self.size(index)
        most = (max(1, round(width * dpi / 72)), max(1, round(height * dpi / 72)))
        if picture.width > most[0]:
            picture = picture.resize(most)
        return picture

    def words(self, index: int) -> list[Word]:
        return []

    def close(self) -> None:
        self._file.close()
