"""Bytes that somebody labelled, rightly or not: the words in them."""

from __future__ import annotations

import codecs
import re

from rathaus.records.mailfile.html import html_text

_WESTERN = {"iso8859-1", "iso8859-15", "ascii", "cp1252"}
"""Labels that are put on anything: what is whole UTF-8 is not what they say."""
_NO_TEXT = {"punycode", "idna", "undefined", "unicode-escape", "raw-unicode-escape"}
"""Codecs of Python that are no charset of any mail."""
_OTHER_NAMES = {"iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "unicode": "utf-16",
                "ks_c_5601-1987": "cp949", "gb2312": "gb18030", "gbk": "gb18030",
                "utf8mb4": "utf-8", "ansi": "cp1252"}  # fmt: skip
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)


def decoded(raw: bytes, label: str = "") -> str:
    """`raw` in the charset that it says, or else in the one that it is in. Never raises."""
    for name in _charsets(raw, label):
        try:
            return raw.decode(name)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def _charsets(raw: bytes, label: str) -> list[str]:
    wanted = label.strip(" \t\"'").lower()[:60]
    wanted = _OTHER_NAMES.get(wanted, wanted)
    try:
        known = codecs.lookup(wanted).name if wanted else ""
    except (LookupError, ValueError):
        known = ""
    if known in _NO_TEXT:
        known = ""
    if not known or known in _WESTERN:
        japanese = ["iso2022_jp_2", "iso2022_jp_ext"] if b"\x1b$" in raw else []
        # C1 controls are no letters: who says Latin-1 means Windows' set (WHATWG Encoding).
        west = "iso8859-15" if known == "iso8859-15" else "cp1252"
        return [*japanese, "utf-8", west, "cp1252"]
    return [known, "utf-8", "cp1252"]


def of_html(raw: bytes, label: str = "") -> str:
    """The words of an HTML part; its own ``meta`` counts where the mail names no charset."""
    if not label and (found := _META.search(raw[:4096])):
        label = found[1].decode("ascii")
    return html_text(decoded(raw, label))


def unflowed(text: str, *, delete_space: bool = False) -> str:
    """Paragraphs as they were before the sender broke them (RFC 3676)."""
    lines: list[str] = []
    open_depth = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        if depth == open_depth and words != "-- ":
            lines[-1] += words
        else:
            lines.append(f"{'>' * depth} {words}" if depth else words)
        flows = words.endswith(" ") and words != "-- "
        open_depth = depth if flows else -1
        if flows and delete_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)
