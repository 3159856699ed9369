"""Invisible text over a picture of a page, so that it can be found, marked and copied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name

FONT = Name.RathausLayer
WIDTH = 500
"""Of every sign, in thousandths of the size."""


def add(
    page: pikepdf.Page, font: pikepdf.Object, words: Iterable[Sequence[Any]], turn: int
) -> None:
    """Write `words` (text, left, top, width, height in points of the page as shown) on it.

    `turn`: degrees clockwise by which the page is shown; the page is set to that.
    """
    left, bottom, right, top = (float(value) for value in page.cropbox)
    width, height = abs(right - left), abs(top - bottom)
    left, bottom = min(left, right), min(bottom, top)
    shown_height = width if turn in (90, 270) else height
    matrix = {
        0: (1, 0, 0, 1, left, bottom),
        90: (0, 1, -1, 0, left + width, bottom),
        180: (-1, 0, 0, -1, left + width, bottom + height),
        270: (0, -1, 1, 0, left, bottom + height),
    }[turn]
    parts = ["q", " ".join(f"{value:.2f}" for value in matrix), "cm BT 3 Tr"]
    for text, x, y, w, h, *_rest in words:
        signs = _signs(str(text))
        if not signs or w <= 0 or h <= 0:
            continue
        stretch = min(10000.0, 100 * w / (len(signs) / 4 * h * WIDTH / 1000))
        parts.append(
            f"/RathausLayer {h:.2f} Tf {stretch:.2f} Tz 1 0 0 1 {x:.2f} "
            f"{shown_height - y - h:.2f} Tm <{signs}> Tj"
        )
    parts.append("ET Q\n")
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(("\nQ\n" + "\n".join(parts)).encode("ascii"))
    page.obj.Rotate = turn
    page.add_resource(font, Name.Font, FONT, replace_existing=True)


def _signs(text: str) -> str:
    """UTF-16 as hexadecimal digits; what does not fit into two bytes is left out."""
    kept = "".join(sign for sign in text if ord(sign) < 0xD800 or 0xE000 <= ord(sign) < 0xFFFE)
    return kept.encode("utf-16-be").hex()


def font_of(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """A font without shapes; one is enough for a document."""
    program = pdf.make_stream(_program())
    program.Length1 = len(_program())
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name("/AAAAAA+RathausLayer"), Flags=4,
        FontBBox=[0, -200, WIDTH, 800], ItalicAngle=0, Ascent=800, Descent=-200, CapHeight=800,
        StemV=80, FontFile2=program,
    )  # fmt: skip
    below = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name("/AAAAAA+RathausLayer"),
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor), DW=WIDTH,
        CIDToGIDMap=pdf.make_stream(b"\x00\x01" * 65536),
    )  # fmt: skip
    whole = Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/AAAAAA+RathausLayer"),
        Encoding=Name("/Identity-H"), DescendantFonts=[pdf.make_indirect(below)],
        ToUnicode=pdf.make_stream(_TO_UNICODE),
    )  # fmt: skip
    return pdf.make_indirect(whole)


_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


@lru_cache(maxsize=1)
def _program() -> bytes:
    """A TrueType font whose every sign is a box: readers overlook text without any extent."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    names = [".notdef", "box"]
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 700), (WIDTH, 700), (WIDTH, 0)):
        pen.lineTo(corner)
    pen.closePath()
    box = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: "box"})
    builder.setupGlyf(dict.fromkeys(names, box))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (WIDTH, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "RathausLayer", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    out = BytesIO()
    builder.save(out)
    return out.getvalue()
