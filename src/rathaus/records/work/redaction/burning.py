"""The new document: every page a picture with black areas, then a legend. Nothing else.

No text, no metadata, no attachments, no earlier states: the file is made from pixels in which
the hidden parts never were, since they are painted over before the picture is encoded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from PIL.Image import Image

from rathaus.records.work.models import RedactionBox, RedactionReason
from rathaus.records.work.redaction.sources import Source, bare
from rathaus.theme.pdf import FONTS

DPI = 200
QUALITY = 80
LETTERS = dict(zip(RedactionReason.values, "ABCDEF", strict=True))
"""What stands in a black area, explained in the legend."""


def burn(
    source: Source,
    boxes: Sequence[RedactionBox],
    out: BinaryIO,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Write the redacted PDF to `out`; returns its number of pages with the legend."""
    import pikepdf

    by_page: dict[int, list[RedactionBox]] = {}
    for box in boxes:
        by_page.setdefault(box.page, []).append(box)
    with pikepdf.new() as pdf:
        for index in range(source.count):
            picture = source.draw(index, DPI)
            paint(picture, by_page.get(index + 1, []))
            _add(pdf, picture, source.size(index))
            progress(index + 1)
        for picture in legend(boxes, source.count):
            _add(pdf, picture, (595, 842))
        count = len(pdf.pages)
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        pdf.save(out, deterministic_id=True)
    return count


def paint(picture: Image, boxes: Sequence[RedactionBox]) -> None:
    """Black out the areas, one pixel beyond each edge; a white letter names the reason."""
    from PIL import ImageDraw

    draw = ImageDraw.Draw(picture)
    for box in boxes:
        corners = (
            box.left * picture.width // 10000 - 1,
            box.top * picture.height // 10000 - 1,
            -(-box.right * picture.width // 10000) + 1,
            -(-box.bottom * picture.height // 10000) + 1,
        )
        draw.rectangle(corners, fill=(0, 0, 0))
        high, wide = corners[3] - corners[1], corners[2] - corners[0]
        size = min(int(high * 0.7), 40)
        if size >= 8 and wide > size:
            middle = ((corners[0] + corners[2]) // 2, (corners[1] + corners[3]) // 2)
            letter = LETTERS[box.reason]
            draw.text(middle, letter, fill=(255, 255, 255), font=_font(size), anchor="mm")


def legend(boxes: Sequence[RedactionBox], pages: int) -> Iterator[Image]:
    """The last page: how often something was hidden, why, and on which pages."""
    from PIL import Image as images
    from PIL import ImageDraw

    picture = images.new("RGB", (1240, 1754), (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    lines: list[tuple[int, str]] = [
        (44, _("Schwärzungen in diesem Dokument")),
        (26, _("Die schwarzen Flächen wurden entfernt; darunter ist nichts mehr enthalten.")),
        (26, _("Der Buchstabe in einer Fläche nennt den Grund.")),
        (26, ""),
    ]
    counts = Counter(box.reason for box in boxes)
    for reason in RedactionReason:
        if reason in counts:
            where = sorted({box.page for box in boxes if box.reason == reason})
            text = _("%(letter)s   %(reason)s: %(count)s-mal, Seite %(pages)s") % {
                "letter": LETTERS[reason],
                "reason": reason.label,
                "count": counts[reason],
                "pages": _spans(where),
            }
            lines.append((28, text))
    lines += [(26, ""), (26, _("Seiten des Originals: %(n)s") % {"n": pages})]
    top = 120
    for size, text in lines:
        for part in _wrapped(text, 1040, size):
            draw.text((100, top), part, fill=(20, 30, 26), font=_font(size))
            top += int(size * 1.5)
    yield picture


def _spans(pages: Sequence[int]) -> str:
    """1, 2, 3, 7 → "1–3, 7"; a long list is cut."""
    spans: list[list[int]] = []
    for page in pages:
        if spans and page == spans[-1][1] + 1:
            spans[-1][1] = page
        else:
            spans.append([page, page])
    texts = [str(a) if a == b else f"{a}–{b}" for a, b in spans]
    return ", ".join(texts[:30]) + (" …" if len(texts) > 30 else "")


def _wrapped(text: str, width: int, size: int) -> list[str]:
    font, lines = _font(size), [""]
    for word in text.split(" "):
        tried = f"{lines[-1]} {word}".strip() if lines[-1] else word
        if lines[-1] and font.getlength(tried) > width:
            lines.append(word)
        else:
            lines[-1] = tried
    return lines


@lru_cache(maxsize=8)
def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONTS / "FiraSans_400Regular.ttf"), size)


def _add(pdf: Any, picture: Image, size: tuple[float, float]) -> None:
    from pikepdf import Dictionary, Name, Stream

    out = BytesIO()
    bare(picture).save(out, "JPEG", quality=QUALITY)
    image = Stream(
        pdf,
        out.getvalue(),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )
    width, height = (round(value, 2) for value in size)
    page = Dictionary(
        Type=Name.Page,
        MediaBox=[0, 0, width, height],
        Resources=Dictionary(XObject=Dictionary(Seite=pdf.make_indirect(image))),
        Contents=Stream(pdf, f"q {width} 0 0 {height} 0 0 cm /Seite Do Q".encode()),
    )
    import pikepdf

    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
