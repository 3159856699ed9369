"""Small files that stand for a lot."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pikepdf

MEGABYTE = 1_000_000


def packed(megabytes: int, fill: bytes = b" ") -> bytes:
    """So many megabytes of one character, as zlib packs them: a thousandth of it."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(fill * MEGABYTE) for _ in range(megabytes)]
    return b"".join(parts) + packer.flush()


def structure_bomb(kind: str, megabytes: int = 100, *, inside: bytes = b"") -> bytes:
    """A valid PDF whose own structure is the bomb.

    `kind`: "objects" (object stream), "twice" (packed twice: two kilobytes), "table"
    (cross-reference stream), "lzw" (the filter without a limit), "escaped" (its name spelled
    with hexadecimal digits), "crowd" (very many object streams). `inside` is the object stream.
    """
    stream = zlib.compress(inside, 9) if inside else packed(megabytes)
    filters = b"/FlateDecode"
    if kind == "twice":
        stream, filters = zlib.compress(stream, 9), b"[/FlateDecode/FlateDecode]"
    if kind in {"lzw", "escaped"}:
        stream = b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01"
        filters = b"/LZWDecode" if kind == "lzw" else b"/L#5AWDecode"
    out = bytearray(b"%PDF-1.7\n")
    places: dict[int, int] = {}

    def put(number: int, body: bytes) -> None:
        places[number] = len(out)
        out.extend(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    def put_stream(number: int, head: bytes, content: bytes) -> None:
        put(number, b"<<%s/Length %d>>\nstream\n%s\nendstream" % (head, len(content), content))

    put(1, b"<</Type/Catalog/Pages 2 0 R/X 5 0 R>>")
    put(2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
    put(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>")
    if kind == "table":
        put(4, b"null")
    else:
        put_stream(4, b"/Type/ObjStm/N 1/First 5/Filter %s" % filters, stream)
    if kind == "crowd":
        for number in range(10, 700):
            put_stream(number, b"/Type/ObjStm/N 0/First 0", b"")
    rows = [b"\x00\x00\x00\x00\x00\x00"]
    rows += [b"\x01" + struct.pack(">I", places[n]) + b"\x00" for n in range(1, 5)]
    rows.append(b"\x02" + struct.pack(">I", 4) + b"\x00")
    rows.append(b"\x01" + struct.pack(">I", len(out)) + b"\x00")
    table = zlib.compress(b"".join(rows))
    if kind == "table":
        packer = zlib.compressobj(9)
        parts = [packer.compress(b"".join(rows))]
        parts += [packer.compress(bytes(MEGABYTE)) for _ in range(megabytes)]
        table = b"".join(parts) + packer.flush()
    start = len(out)
    put_stream(6, b"/Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Filter/FlateDecode", table)
    out.extend(b"startxref\n%d\n%%%%EOF\n" % start)
    return bytes(out)


def compressed_pdf(pages: int = 300) -> bytes:
    """An ordinary modern PDF with object streams."""
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        out = BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def wide_picture(side: int) -> bytes:
    """A PNG of `side` by `side` black pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    row = bytes(1 + (side + 7) // 8)
    body = chunk(b"IDAT", zlib.compress(row * side, 9))
    return b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND", b"")
