"""What a file is, for making renditions of it."""

from __future__ import annotations

from rathaus.records.models import Direction, DocumentKind, DocumentVersion
from rathaus.records.renditions import offices

PDF, IMAGE, TEXT, MAIL, OFFICE, HEIC, UNKNOWN = (
    "pdf", "image", "text", "mail", "office", "heic", "unknown",
)  # fmt: skip

_BY_TYPE = {
    "application/pdf": PDF,
    "image/jpeg": IMAGE,
    "image/png": IMAGE,
    "image/tiff": IMAGE,
    "image/gif": IMAGE,
    "image/bmp": IMAGE,
    "image/webp": IMAGE,
    "image/heic": HEIC,
    "image/heif": HEIC,
    "message/rfc822": MAIL,
    "application/vnd.ms-outlook": MAIL,
}
_BY_START = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", IMAGE),
    (b"\x89PNG\r\n", IMAGE),
    (b"II*\x00", IMAGE),
    (b"MM\x00*", IMAGE),
    (b"GIF8", IMAGE),
)
_MADE_HERE = {DocumentKind.APPLICATION, DocumentKind.PAYMENT_RECEIPT, DocumentKind.LETTER}
_TYPED_HERE = {DocumentKind.MESSAGE, DocumentKind.NOTE}


def plain_type(content_type: str) -> str:
    """``text/plain; charset=utf-8`` → ``text/plain``."""
    return content_type.partition(";")[0].strip().lower()


def kind_of(content_type: str, name: str, content: bytes = b"") -> str:
    """By the type given when it was filed, else by its first bytes or its name."""
    kind = plain_type(content_type)
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    if offices.reads(kind, name):
        return OFFICE
    if name.lower().endswith((".eml", ".msg")):
        return MAIL
    if kind == "application/json" or kind.startswith("text/"):
        return TEXT
    if content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return HEIC
    for start, found in _BY_START:
        if content.startswith(start):
            return found
    return UNKNOWN


def wanted_at_once(version: DocumentVersion) -> bool:
    """Whether a job makes renditions without being asked.

    Not of what the software wrote itself: letters and receipts are PDF/A and their words are
    known, messages and notes are text. Of these a preview is made when somebody opens them.
    """
    document, kind = version.document, plain_type(version.content_type)
    if kind == "application/json":
        return False
    if kind == "application/pdf":
        return not (document.direction == Direction.OUT and document.kind in _MADE_HERE)
    return not (kind == "text/plain" and document.kind in _TYPED_HERE)
