"""Dates as people wrote them on folders and in tables, German and ISO."""

from __future__ import annotations

import re
from datetime import date

from rathaus.core.clock import today

OLDEST = 1700
PIVOT = 30
"""Two digits up to this year belong to 20xx, the others to 19xx."""
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_GERMAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_YEAR = re.compile(r"\d{4}")
_AT_START = re.compile(r"\s*(\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})(?!\d))[\s_,-]*")
_SPAN = re.compile(
    r"(?<!\d)((?:17|18|19|20)\d{2})(?:\s*(?:-|–|bis)\s*((?:17|18|19|20)\d{2}))?(?!\d)"
)

_OPEN = re.compile(
    r"\b(?:seit|ab)\s+(?:17|18|19|20)\d{2}(?!\d)"
    r"|(?<!\d)(?:17|18|19|20)\d{2}\s*(?:(?:-|–|bis)\s*(?:$|[)\],;]|heute|jetzt|dato|lfd|laufend)|ff\b)",
    re.IGNORECASE,
)
"""A span without an end: "seit 1999", "2010-", "2010 bis heute", "1998 ff."."""


def parse(text: str) -> date:
    """The day meant by `text`; a year alone is its last day.

    Raises: ValueError for 31 February, the future, before 1700, and what is no date.
    """
    value = text.strip()
    if match := _ISO.fullmatch(value):
        year, month, day = (int(part) for part in match.groups())
    elif match := _GERMAN.fullmatch(value):
        day, month, year = (int(part) for part in match.groups())
        if len(match[3]) == 2:
            year += 2000 if year <= PIVOT else 1900
    elif _YEAR.fullmatch(value):
        year, month, day = int(value), 12, 31
        if year == today().year:
            return today()
    else:
        raise ValueError(f"no date: {value[:40]!r}")
    found = date(year, month, day)
    if found.year < OLDEST or found > today():
        raise ValueError(f"not plausible: {found}")
    return found


def at_start(name: str) -> tuple[date | None, str]:
    """A date at the beginning of a file name, and the rest of the name."""
    match = _AT_START.match(name)
    if match is None:
        return None, name
    try:
        return parse(match[1]), name[match.end() :] or name
    except ValueError:
        return None, name


def is_open(name: str) -> bool:
    """Whether a folder's name says that it is still added to."""
    return _OPEN.search(name) is not None


def last_year(name: str) -> int | None:
    """The last year named in a folder's name: 2004 for "Müller (1998-2004)"."""
    years = [int(match[2] or match[1]) for match in _SPAN.finditer(name)]
    plausible = [year for year in years if OLDEST <= year <= today().year]
    return max(plausible, default=None)
