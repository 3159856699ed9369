"""Text of files of office programs: zip files with XML inside, read with limits on everything.

Word, Excel, PowerPoint (ISO/IEC 29500) and OpenDocument (ISO/IEC 26300). Nothing is executed,
no external entity is followed, nothing is unpacked that is larger than it may be.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

MAX_CHARS = 500_000
MAX_XML = 20 * 1024 * 1024
"""Bytes of all parts that are unpacked."""
MAX_PARTS = 200
MAX_FILES = 20_000

_PARTS = {
    "docx": r"word/(document|footnotes|endnotes|header\d*|footer\d*|comments)\.xml",
    "xlsx": r"xl/(sharedStrings|worksheets/sheet\d+)\.xml",
    "pptx": r"ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml",
    "odf": r"(content|styles)\.xml",
}
_TYPES = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odf",
    "application/vnd.oasis.opendocument.spreadsheet": "odf",
    "application/vnd.oasis.opendocument.presentation": "odf",
}
_ENDINGS = {"docx": "docx", "docm": "docx", "xlsx": "xlsx", "xlsm": "xlsx", "pptx": "pptx",
            "odt": "odf", "ods": "odf", "odp": "odf", "ott": "odf"}  # fmt: skip
_LINE = {"p", "h", "tr", "row", "table-row", "br", "line-break", "sp", "cr"}
_GAP = {"tc", "c", "table-cell", "tab", "si", "s"}
_UNREAD = {"instrText", "delText", "binData", "f"}


class Unreadable(ValueError):
    """Damaged, encrypted, or larger inside than it may be."""


def reads(content_type: str, name: str) -> bool:
    """Whether this is a file of an office program that can be read here."""
    return _family(content_type, name) is not None


def _family(content_type: str, name: str) -> str | None:
    found = _TYPES.get(content_type.partition(";")[0].strip().lower())
    return found or _ENDINGS.get(name.rpartition(".")[2].lower())


def text_of(content: bytes, content_type: str, name: str = "") -> str:
    """The words in reading order. Raises: Unreadable."""
    family = _family(content_type, name)
    if family is None:
        raise Unreadable("no office file")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = _chosen(archive, re.compile(_PARTS[family]))
            found, size = [], 0
            for part in parts:
                found.append(_words(_unpack(archive, part)))
                size += len(found[-1])
                if size > MAX_CHARS:
                    break
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise Unreadable(str(error)) from error
    return "\n".join(found)[:MAX_CHARS]


def _chosen(archive: zipfile.ZipFile, wanted: re.Pattern[str]) -> list[zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MAX_FILES:
        raise Unreadable("too many files inside")
    parts = [info for info in infos if wanted.fullmatch(info.filename)][:MAX_PARTS]
    if sum(info.file_size for info in parts) > MAX_XML:
        raise Unreadable("too large inside")
    if not parts:
        raise Unreadable("no text inside")
    return sorted(parts, key=lambda info: [int(n) for n in re.findall(r"\d+", info.filename)])


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """What the list of contents says about the size is not believed."""
    with archive.open(part) as file:
        data = file.read(MAX_XML + 1)
    if len(data) > MAX_XML:
        raise Unreadable("too large inside")
    return data


def _words(xml: bytes) -> str:
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(str(error)) from error
    pieces: list[str] = []
    size = 0
    for piece in _pieces(etree.iterwalk(root, events=("start", "end"))):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_CHARS:
            break
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in "".join(pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _pieces(events: Any) -> Iterator[str]:
    """Texts in their order; line ends after paragraphs and rows, blanks after cells."""
    unread = 0
    for event, node in events:
        name = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
        if event == "start":
            unread += name in _UNREAD
            if name and not unread and node.text:
                yield _flat(node.text)
            continue
        if name in _LINE:
            yield "\n"
        elif name in _GAP:
            yield " "
        unread -= name in _UNREAD
        if not unread and node.tail:
            yield _flat(node.tail)


def _flat(text: str) -> str:
    """Line ends inside XML mean nothing; those between elements are only for its looks."""
    return "" if text.isspace() and "\n" in text else text.replace("\n", " ")
