"""What people type or paste, made safe to keep, to show and to print."""

from __future__ import annotations

import re
import unicodedata

RAW_LIMIT = 20_000
"""Characters of a single input that are looked at. Some checks take long over more (NFC sorts
accents); what a person typed is shown again in full, see `kinds.base.Source`."""

# Control characters, unpaired surrogates, non-characters, invisible fillers, and the marks that
# turn the direction of the text around them (Trojan Source, CVE-2021-42574). Left-to-right and
# right-to-left text itself, joiners of emoji and combining accents stay.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u202a-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e001f]"
)
_BLANKS = re.compile(r"[^\S\n]+")
_MANY_BREAKS = re.compile(r"\n{4,}")
_ZALGO = re.compile(r"([\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})"
                    r"[\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")  # fmt: skip


def scrub(text: str, limit: int = RAW_LIMIT) -> str:
    """The text as typed without what could break a page, a database or a PDF, cut at `limit`."""
    return _UNWANTED.sub("", text[:limit])


def one_line(text: str, limit: int = RAW_LIMIT) -> str:
    """NFC, no line breaks, single blanks, no towers of accents."""
    text = _ZALGO.sub(r"\1", unicodedata.normalize("NFC", scrub(text, limit)))
    return " ".join(text.split())


def lines(text: str, limit: int = RAW_LIMIT) -> str:
    """NFC with line breaks as ``\\n``, at most two empty lines in a row."""
    text = scrub(text, limit).replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\x85", "\n")
    text = _ZALGO.sub(r"\1", unicodedata.normalize("NFC", text))
    text = "\n".join(_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _MANY_BREAKS.sub("\n\n\n", text).strip()
