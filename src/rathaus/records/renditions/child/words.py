"""Plain text, made fit for storing and comparing. No reader of files is loaded here."""

from __future__ import annotations

import re
import unicodedata

_SPLIT = re.compile("[\u0002\ufffe]\r?\n?")


def tidy(text: str) -> str:
    """Lines end with a line feed; divided words are joined; nothing a database refuses."""
    joined = _SPLIT.sub("", text).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", " ")
    return joined.encode("utf-8", "replace").decode()


def readable(text: str) -> int:
    """Letters and digits; 0 where a broken encoding gives mostly signs that nobody writes."""
    good = bad = 0
    for sign in text:
        if sign.isspace():
            continue
        category = unicodedata.category(sign)
        if category in ("Co", "Cn", "Cc") or sign == "\ufffd":
            bad += 1
        elif category[0] in "LN":
            good += 1
    return 0 if bad > good * 0.4 else good
