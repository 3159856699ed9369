"""Files to upload, good and hostile, made in memory."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def pdf(*, pages: int = 1, root: dict[str, Any] | None = None, **save: Any) -> bytes:
    """A PDF of empty pages; `root` adds to its catalogue."""
    with pikepdf.new() as document:
        for _page in range(pages):
            document.add_blank_page(page_size=(595, 842))
        for key, value in (root or {}).items():
            document.Root[key] = value
        out = BytesIO()
        document.save(out, **save)
        return out.getvalue()


def encrypted_pdf() -> bytes:
    return pdf(encryption=pikepdf.Encryption(owner="geheim", user="geheim"))


def owner_locked_pdf() -> bytes:
    return pdf(encryption=pikepdf.Encryption(owner="geheim", user=""))


def pdf_with_script() -> bytes:
    action = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    return pdf(root={"/OpenAction": action})


def pdf_with_launch() -> bytes:
    return pdf(root={"/OpenAction": Dictionary(S=Name.Launch, F="calc.exe")})


def pdf_with_hidden_script(depth: int = 30) -> bytes:
    """The script sits in a deeply nested direct object and inside an object stream."""
    action: Any = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    for _level in range(depth):
        action = Dictionary(A=Array([action]))
    return pdf(
        root={"/Extra": action},
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )


def pdf_with_attachment() -> bytes:
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments["rechnung.exe"] = b"MZ" + b"\0" * 100
        out = BytesIO()
        document.save(out)
        return out.getvalue()


def pdf_bomb() -> bytes:
    """A small file with a stream that unpacks to a gigabyte; only opening it must stay cheap."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(1000)) + packer.flush()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.pages[0].Contents = Stream(document, packed, Filter=Name.FlateDecode)
        out = BytesIO()
        document.save(
            out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none
        )
        return out.getvalue()


def archive(size: int = 100) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("nullen", bytes(size))
    return out.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (20, 20)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


def picture_bomb() -> bytes:
    """A PNG that claims 60,000 by 60,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b"")


def upload(content: bytes, name: str = "datei.pdf", said: str = "application/pdf") -> Any:
    return SimpleUploadedFile(name, content, content_type=said)
