"""Is the batch complete? Hints from counting and comparing; a person decides.

A double feed cannot be seen on a picture for certain. What can be seen: fewer pages than
sheets, an odd number of pages although both sides were scanned, a page longer than all
others (two sheets stuck together), the same page twice (fed again).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

BLANK_INK = 60
"""Dark dots per million up to which a page counts as blank."""
SAME_BITS = 10
"""Of 256: pages that differ in no more look alike."""
LONGER_MM = 25


class Hint(StrEnum):
    """Kinds of hints."""

    MISSING = "missing"
    SURPLUS = "surplus"
    ODD = "odd"
    BLANK = "blank"
    TWICE = "twice"
    LONG = "long"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Seen:
    """A page as the hints need it."""

    file: str
    position: int
    number: int
    width: int
    height: int
    ink: int
    fingerprint: str

    @property
    def is_blank(self) -> bool:
        """Next to nothing on it."""
        return self.ink <= BLANK_INK


@dataclass(frozen=True)
class Found:
    """A hint in words; `needs_remark` where the person must explain it before the transfer."""

    kind: Hint
    text: str
    needs_remark: bool


@dataclass(frozen=True)
class Completeness:
    """Counted sheets against scanned pages."""

    sheets: int
    expected: int
    pages: int
    blank: int
    hints: tuple[Found, ...]

    @property
    def matches(self) -> bool:
        """Pages are what the sheets promise; blank backs may have been left out."""
        return not any(hint.needs_remark for hint in self.hints)


def judge(
    pages: Sequence[Seen], *, sheets: int, duplex: bool, unreadable: Sequence[str] = ()
) -> Completeness:
    """Compare what was scanned with what was counted.

    With both sides scanned between `sheets` and twice as many pages are plausible: devices
    may leave out blank backs. With one side it must be exactly one page for each sheet.
    """
    most = sheets * 2 if duplex else sheets
    blank = [page for page in pages if page.is_blank]
    found: list[Found] = []
    count = len(pages)
    if count < sheets:
        text = ngettext("%(n)s Seite fehlt.", "%(n)s Seiten fehlen.", sheets - count)
        found.append(Found(Hint.MISSING, text % {"n": sheets - count}, True))
    elif count > most:
        text = ngettext(
            "%(n)s Seite mehr, als die Blätter haben.",
            "%(n)s Seiten mehr, als die Blätter haben.",
            count - most,
        )
        found.append(Found(Hint.SURPLUS, text % {"n": count - most}, True))
    elif duplex and count % 2 and count != sheets:
        text = _("Ungerade Seitenzahl, obwohl beide Seiten gescannt werden: Doppeleinzug?")
        found.append(Found(Hint.ODD, text, True))
    found += _twice(pages) + _long(pages)
    if blank:
        text = ngettext("%(n)s leere Seite: %(where)s", "%(n)s leere Seiten: %(where)s", len(blank))
        found.append(Found(Hint.BLANK, text % {"n": len(blank), "where": _places(blank)}, False))
    for name in unreadable:
        text = _("Nicht lesbar: %(name)s. Scannen Sie das Dokument neu.") % {"name": name}
        found.append(Found(Hint.UNREADABLE, text, True))
    return Completeness(sheets, most, count, len(blank), tuple(found))


def _twice(pages: Sequence[Seen]) -> list[Found]:
    twins = [
        page
        for before, page in pairwise(pages)
        if not page.is_blank and not before.is_blank and _alike(before, page)
    ]
    if not twins:
        return []
    text = _("Gleich wie die Seite davor, vielleicht zweimal eingezogen: %(where)s")
    return [Found(Hint.TWICE, text % {"where": _places(twins)}, True)]


def _alike(one: Seen, other: Seen) -> bool:
    different = int(one.fingerprint, 16) ^ int(other.fingerprint, 16)
    near = abs(one.ink - other.ink) <= max(one.ink, other.ink) // 50
    return different.bit_count() <= SAME_BITS and near


def _long(pages: Sequence[Seen]) -> list[Found]:
    if len(pages) < 3:
        return []
    usual, _times = Counter(max(page.width, page.height) for page in pages).most_common(1)[0]
    longer = [page for page in pages if max(page.width, page.height) > usual + LONGER_MM]
    if not longer:
        return []
    text = _("Länger als die übrigen Seiten, vielleicht zwei Blätter auf einmal: %(where)s")
    return [Found(Hint.LONG, text % {"where": _places(longer)}, True)]


def _places(pages: Sequence[Seen], most: int = 6) -> str:
    named = [_("Datei %(f)s Seite %(p)s") % {"f": p.position, "p": p.number} for p in pages[:most]]
    rest = len(pages) - most
    return ", ".join(named) + (" " + _("und %(n)s weitere") % {"n": rest} if rest > 0 else "")
