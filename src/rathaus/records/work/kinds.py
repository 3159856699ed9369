"""The type of a file by its first bytes; what a browser claims is not believed."""

from __future__ import annotations

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_OFFICE = {
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
UNKNOWN = "application/octet-stream"


def of(content: bytes, name: str) -> str:
    """Type of `content`; the name only tells office formats apart, which all are zip files."""
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    ending = name.rpartition(".")[2].lower()
    if content.startswith(b"PK\x03\x04"):
        return _OFFICE.get(ending, "application/zip")
    if ending in {"txt", "md", "csv"} and b"\x00" not in content[:4096]:
        return "text/csv" if ending == "csv" else "text/plain"
    return UNKNOWN
