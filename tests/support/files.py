"""Files to upload, good and bad."""

from __future__ import annotations

import io

import pikepdf
from playwright.sync_api import FilePayload

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file of the makers of virus scanners, in two parts so that this file is none."""
EXECUTABLE = b"MZ\x90\x00\x03" + bytes(500)


def pdf(text: str = "Erlaubnis", *, extra: bytes = b"") -> bytes:
    """A small valid PDF of one page with a line of text; `extra` makes it bigger."""
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        content = b"BT /F1 18 Tf 72 760 Td (" + text.encode("cp1252") + b") Tj ET"
        page.Contents = document.make_stream(content)
        if extra:
            document.Root.Extra = document.make_indirect(document.make_stream(extra))
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def as_file(name: str, content: bytes, kind: str = "application/pdf") -> FilePayload:
    """A file as the browser's dialog gives it."""
    return {"name": name, "mimeType": kind, "buffer": content}
