"""Which characters the letter fonts can print, and what stands for the others.

PDF/A and PDF/UA forbid text without a glyph, control characters and private use.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).resolve().parent.parent / "fonts"
LONGEST_RUN = 40
"""Longer words may break anywhere, or they would run over the page's edge."""
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LONG_WORD = re.compile(rf"[^\s\u200b]{{{LONGEST_RUN + 1},}}")
_PLAIN = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("\nÄÖÜäöüßéèáàâêîôûçñ§€„“–…·°²³½")


def _cmap(font: bytes) -> set[int]:
    """Code points of a TrueType font (cmap formats 4 and 12)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    start = next(
        struct.unpack_from(">I", font, 12 + 16 * i + 8)[0]
        for i in range(tables)
        if font[12 + 16 * i : 16 + 16 * i] == b"cmap"
    )
    found: set[int] = set()
    for i in range(struct.unpack_from(">H", font, start + 2)[0]):
        offset = start + struct.unpack_from(">I", font, start + 4 + 8 * i + 4)[0]
        kind = struct.unpack_from(">H", font, offset)[0]
        if kind == 4:
            count = struct.unpack_from(">H", font, offset + 6)[0] // 2
            ends = struct.unpack_from(f">{count}H", font, offset + 14)
            starts = struct.unpack_from(f">{count}H", font, offset + 16 + 2 * count)
            for first, last in zip(starts, ends, strict=True):
                found.update(range(first, last + 1))
        elif kind == 12:
            for g in range(struct.unpack_from(">I", font, offset + 12)[0]):
                first, last = struct.unpack_from(">II", font, offset + 16 + 12 * g)
                found.update(range(first, last + 1))
    found.discard(0xFFFF)
    return found


@lru_cache(maxsize=1)
def covered() -> frozenset[str]:
    """All characters that at least one of the letter fonts has."""
    points: set[int] = set()
    for path in FONTS.glob("*.ttf"):
        points |= _cmap(path.read_bytes())
    return frozenset(map(chr, points))


def _shown(char: str, strict: bool) -> str:
    if char in _PLAIN:
        return char
    category = unicodedata.category(char)
    if char == "\t":
        return " "
    if char == "\r":
        return ""
    if not strict and char not in _BIDI_CONTROLS:
        if category == "Cf" or (category not in ("Cc", "Co", "Cs", "Cn") and char in covered()):
            return char
        if category in ("Zs", "Zl", "Zp"):
            return " "
    return f"[U+{ord(char):04X}]"


def clean(text: str, *, strict: bool = False) -> str:
    """`text` in composed form, with only printable characters and breakable words."""
    if not _PLAIN.issuperset(text):
        text = unicodedata.normalize("NFC", text)
        text = "".join(_shown(char, strict) for char in text)
    return _LONG_WORD.sub(_breakable, text)


def _breakable(match: re.Match[str]) -> str:
    word = match.group()
    return "\u200b".join(word[i : i + LONGEST_RUN] for i in range(0, len(word), LONGEST_RUN))


def printable(data: Any, *, strict: bool = False) -> Any:
    """The same data with every text cleaned; ``qr`` is our own drawing and stays."""
    if isinstance(data, str):
        return clean(data, strict=strict)
    if isinstance(data, dict):
        return {
            key: value if key == "qr" else printable(value, strict=strict)
            for key, value in data.items()
        }
    if isinstance(data, list | tuple):
        return [printable(value, strict=strict) for value in data]
    return data
