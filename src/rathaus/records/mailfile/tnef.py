"""``winmail.dat``: what Outlook sends to people without Outlook (MS-OXTNEF)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from rathaus.records.mailfile.words import decoded, of_html

MAGIC = b"\x78\x9f\x3e\x22"
MOST = 500
_BEGIN, _TITLE, _DATA, _MORE = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_BODY, _PROPERTIES, _CODEPAGE = 0x0002800C, 0x00069003, 0x00069007
_TEXT, _HTML, _LONG_NAME, _NAME, _CONTENT = 0x1000, 0x1013, 0x3707, 0x3001, 0x3701
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8,
          0x40: 8, 0x48: 16}  # fmt: skip
_VARIABLE = {0x0D, 0x1E, 0x1F, 0x102}
_MANY = 0x1000


class Unreadable(ValueError):
    """Not such a file, or cut off."""


@dataclass
class File:
    """A file in it."""

    name: str = ""
    content: bytes = b""


@dataclass
class Packed:
    """Everything in it that people use."""

    files: list[File] = field(default_factory=list)
    text: str = ""


def read(content: bytes) -> Packed:
    """Raises: Unreadable."""
    if not content.startswith(MAGIC):
        raise Unreadable
    found, charset, here = Packed(), "cp1252", None
    try:
        for kind, data in _attributes(content):
            if kind == _CODEPAGE and len(data) >= 4:
                charset = f"cp{struct.unpack('<I', data[:4])[0]}"
            elif kind == _BEGIN:
                here = File()
                found.files.append(here)
            elif kind == _TITLE and here is not None:
                here.name = here.name or decoded(data.rstrip(b"\0"), charset)
            elif kind == _DATA and here is not None:
                here.content = data
            elif kind == _MORE and here is not None:
                _improve(here, data, charset)
            elif kind == _BODY:
                found.text = decoded(data.rstrip(b"\0"), charset)
            elif kind == _PROPERTIES:
                found.text = found.text or _words(data, charset)
    except (struct.error, IndexError, ValueError) as error:
        raise Unreadable from error
    for number, one in enumerate(found.files, 1):
        one.name = one.name or f"anhang-{number}.bin"
    return found


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    while at < len(content):
        _level, kind, length = struct.unpack_from("<BII", content, at)
        at += 9
        if at + length > len(content):
            raise Unreadable
        yield kind, content[at : at + length]
        at += length + 2  # behind it a check sum, which senders compute in different ways


def _improve(one: File, data: bytes, charset: str) -> None:
    """The whole name instead of the short one, and contents that are no plain file."""
    values = dict(_values(data))
    for key in (_NAME, _LONG_NAME):
        if key in values:
            one.name = _string(*values[key], charset) or one.name
    if not one.content and _CONTENT in values:
        kind, raw = values[_CONTENT]
        one.content = raw[16:] if kind == 0x0D else raw  # an object begins with its class
        if one.content.startswith(MAGIC):
            one.name = f"{one.name or 'nachricht'}.dat"


def _words(data: bytes, charset: str) -> str:
    values = dict(_values(data))
    if _TEXT in values:
        return _string(*values[_TEXT], charset)
    if _HTML in values:
        return of_html(values[_HTML][1].rstrip(b"\0"))
    return ""


def _string(kind: int, raw: bytes, charset: str) -> str:
    if kind == 0x1F:
        return raw.decode("utf-16-le", "replace").rstrip("\0")
    return decoded(raw.rstrip(b"\0"), charset)


def _values(data: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """Properties: their number, their type and the (first) value."""
    (count,), at = struct.unpack_from("<I", data), 4
    for _ in range(min(count, MOST)):
        kind, number = struct.unpack_from("<HH", data, at)
        at += 4
        if number >= 0x8000:
            at = _behind_name(data, at)
        plain = kind & ~_MANY
        if plain not in _VARIABLE and plain not in _FIXED:
            raise Unreadable
        many = 1
        if kind & _MANY or plain in _VARIABLE:
            (many,) = struct.unpack_from("<I", data, at)
            at += 4
        first = b""
        for place in range(min(many, MOST)):
            size = _FIXED.get(plain, 0)
            if plain in _VARIABLE:
                (size,) = struct.unpack_from("<I", data, at)
                at += 4
            if at + size > len(data):
                raise Unreadable
            first = data[at : at + size] if place == 0 else first
            at += size + (-size % 4 if plain in _VARIABLE else 0)
        yield number, (plain, first)


def _behind_name(data: bytes, at: int) -> int:
    (by_name,) = struct.unpack_from("<I", data, at + 16)
    if not by_name:
        return at + 24
    (length,) = struct.unpack_from("<I", data, at + 20)
    if length > len(data):
        raise Unreadable
    return at + 24 + int(length) + -int(length) % 4
