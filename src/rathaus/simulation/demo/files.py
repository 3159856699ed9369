"""What residents upload: small PDFs with text, and photographs of paper."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pikepdf
from PIL import Image, ImageDraw, ImageFont

PAGE = (595, 842)
"""A4 in points."""
PAPER, INK, TABLE = (250, 248, 243), (40, 44, 52), (122, 96, 74)


def make(spec: dict[str, Any]) -> io.BytesIO:
    """The file of an entry ``{name, title, lines}``; its kind follows from the name."""
    title, lines = str(spec["title"]), [str(line) for line in spec.get("lines", ())]
    name = str(spec["name"])
    content = _pdf(title, lines) if name.endswith(".pdf") else _photo(title, lines, name)
    file = io.BytesIO(content)
    file.name = name
    return file


def _pdf(title: str, lines: Sequence[str]) -> bytes:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=PAGE)
        page.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F1=_font("/Helvetica"), F2=_font("/Helvetica-Bold"))
        )
        parts = [b"BT /F2 15 Tf 64 762 Td ", _text(title), b" Tj ET"]
        for number, line in enumerate(lines):
            parts += [b" BT /F1 11 Tf 64 %d Td " % (726 - 18 * number), _text(line), b" Tj ET"]
        page.Contents = pdf.make_stream(b"".join(parts))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _font(name: str) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name(name),
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )


def _text(line: str) -> bytes:
    raw = line.encode("cp1252", "replace")
    for sign in (b"\\", b"(", b")"):
        raw = raw.replace(sign, b"\\" + sign)
    return b"(" + raw + b")"


def _photo(title: str, lines: Sequence[str], name: str) -> bytes:
    """A sheet of paper on a table, a little crooked."""
    sheet = Image.new("RGB", (620, 440), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((44, 40), title, fill=INK, font=ImageFont.load_default(size=28))
    for number, line in enumerate(lines):
        draw.text((44, 104 + 34 * number), line, fill=INK, font=ImageFont.load_default(size=20))
    turned = sheet.rotate(1.4, expand=True, fillcolor=TABLE, resample=Image.Resampling.BICUBIC)
    table = Image.new("RGB", (760, 560), TABLE)
    table.paste(turned, ((760 - turned.width) // 2, (560 - turned.height) // 2))
    out = io.BytesIO()
    table.save(out, "PNG" if name.endswith(".png") else "JPEG")
    return out.getvalue()
