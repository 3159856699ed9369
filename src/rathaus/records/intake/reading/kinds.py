"""What a file really is, by its content; the name only decides where the content cannot.

Nothing is refused here: a town hall has to be able to receive anything. What could do harm
gets a mark (`rathaus.records.intake.marks`).
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from io import BytesIO

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MSG = "application/vnd.ms-outlook"
EML = "message/rfc822"
P7S = "application/pkcs7-signature"
TNEF = "application/ms-tnef"
UNKNOWN = "application/octet-stream"
ZIP = "application/zip"
MAIL = frozenset({MSG, EML})
PICTURES = frozenset(
    {"image/jpeg", "image/png", "image/tiff", "image/gif", "image/webp", "image/bmp"}
)
_HEADER = re.compile(rb"^(from|to|cc|subject|received|date|message-id|mime-version|reply-to|"
                     rb"return-path|delivered-to|content-type|arc-[a-z-]+|dkim-signature|"
                     rb"x-[a-z0-9-]+):", re.I)  # fmt: skip
_HEAD = 64 * 1024
_SCRIPTS = {"bat", "cmd", "com", "js", "jse", "vbs", "vbe", "ps1", "psm1", "wsf", "hta", "sh", "py",
            "jar", "scr", "reg", "scf", "msc", "cpl", "application"}  # fmt: skip
_LINKS = {"lnk", "url", "desktop", "webloc"}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"{\\rtf", "application/rtf"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
)
_OOXML = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


@dataclass(frozen=True)
class Kind:
    """Type by content, and what to know."""

    content_type: str
    marks: list[str] = field(default_factory=list)


def ending(name: str) -> str:
    """The lower-case ending of a file name, "" for none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def detect(content: bytes, name: str) -> Kind:
    """What `content` is. Never raises."""
    end = ending(name)
    head = content[:1024]
    if end == "eml" and _looks_like_mail(content):
        return Kind(EML)  # also with bytes that no text has, and with "%PDF-" as its subject
    if b"%PDF-" in head:
        return Kind("application/pdf")
    if head.startswith((b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")):
        return Kind("application/vnd.microsoft.portable-executable", ["program"])
    if end in _LINKS or head.startswith(b"L\x00\x00\x00\x01\x14\x02\x00"):
        return Kind(UNKNOWN, ["link_file"])
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(content, end)
    if head.startswith(OLE):
        return _ole(content, end)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind("image/webp")
    for magic, content_type in _MAGIC:
        if head.startswith(magic):
            return Kind(content_type, ["winmail"] if content_type == TNEF else [])
    if end in {"p7s", "p7m"} and head[:1] in {b"0", b"-"}:
        return Kind(P7S if end == "p7s" else "application/pkcs7-mime", ["signed"])
    if end in _SCRIPTS or head.startswith(b"#!"):
        return Kind("text/plain" if _is_text(content) else UNKNOWN, ["script"])
    return _text(content, end) or _other(content, name)


def _zip(content: bytes, end: str) -> Kind:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            infos = archive.infolist()[:5000]
            names = [info.filename for info in infos]
            locked = any(info.flag_bits & 1 for info in infos)
            odf = archive.read("mimetype")[:100].decode("ascii") if _is_odf(infos) else ""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, KeyError):
        return Kind(ZIP, ["damaged"])
    macro = any(n.endswith("vbaProject.bin") or n.startswith("Basic/") for n in names)
    marks = ["macro"] if macro else []
    if odf.startswith("application/vnd.oasis.opendocument"):
        return Kind(odf, marks)
    if "[Content_Types].xml" in names:
        for folder, content_type in _OOXML.items():
            if any(name.startswith(folder) for name in names):
                return Kind(content_type, marks)
    if "META-INF/MANIFEST.MF" in names and end == "jar":
        return Kind("application/java-archive", ["program"])
    return Kind(ZIP, ["zip_password"] if locked else marks)


def _is_odf(infos: list[zipfile.ZipInfo]) -> bool:
    first = infos[0] if infos else None
    return bool(first and first.filename == "mimetype" and first.file_size < 200)


def _ole(content: bytes, end: str) -> Kind:
    def has(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if has("__substg1.0_") or end == "msg":
        return Kind(MSG)
    marks = ["macro"] if has("_VBA_PROJECT") else []
    if has("EncryptedPackage"):
        return Kind(UNKNOWN, ["password"])
    for stream, content_type in (
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ):
        if has(stream):
            return Kind(content_type, marks)
    return Kind(UNKNOWN, marks)


def _is_text(content: bytes) -> bool:
    part = content[:65536]
    if b"\0" in part:
        return False
    try:
        part.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(part) - 4 or end_is_latin(part)
    return True


def end_is_latin(part: bytes) -> bool:
    """Whether text is plausible in Latin-1: hardly any control characters."""
    odd = sum(byte < 32 and byte not in b"\t\r\n\f" for byte in part)
    return odd * 100 < len(part)


def _text(content: bytes, end: str) -> Kind | None:
    if not _is_text(content):
        return None
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    low = start.lower()
    if end in {"eml", "mht"} or _looks_like_mail(content):
        return Kind(EML)
    if low.startswith((b"<!doctype html", b"<html")) or end in {"html", "htm", "svg"}:
        svg = end == "svg" or b"<svg" in low
        return Kind("image/svg+xml" if svg else "text/html", ["html"])
    if b"<script" in low:
        return Kind("text/html", ["html"])
    if low.startswith(b"<?xml") or end == "xml":
        return Kind("application/xml")
    if end == "json" and low[:1] in {b"{", b"["}:
        return Kind("application/json")
    if end == "csv":
        return Kind("text/csv")
    return Kind("text/plain")


def _looks_like_mail(content: bytes) -> bool:
    """Whether it begins with at least three fields that mails have, however long each is."""
    start = content[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    lines = [line for line in start.splitlines() if line[:1] not in (b" ", b"\t")][:12]
    return sum(bool(_HEADER.match(line)) for line in lines) >= 3


def _other(content: bytes, name: str) -> Kind:
    import puremagic

    try:
        found = puremagic.from_string(content, mime=True, filename=name)
    except (puremagic.PureError, ValueError, OSError, IndexError):
        return Kind(UNKNOWN)
    clean = re.fullmatch(r"[a-z]+/[a-z0-9.+-]{1,100}", found or "")
    return Kind(clean[0] if clean else UNKNOWN)
