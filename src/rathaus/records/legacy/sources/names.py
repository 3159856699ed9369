"""What names of folders and files say."""

from __future__ import annotations

import re
from datetime import date

from rathaus.core.clock import today
from rathaus.records.legacy import dates

_CODE = re.compile(r"\s*([0-9A-Z]{1,6}(?:\.[0-9A-Z]{1,6}){0,4})(?=[\s_,-]|$)")


def code_of(folder: str) -> str:
    """The code of the filing plan at the beginning: "33.20 Meldewesen" → "33.20"."""
    match = _CODE.match(folder)
    return match[1][:20] if match else ""


def title_of(name: str) -> tuple[date | None, str]:
    """Date and title of a file name: "2004-05-01_Bescheid.pdf" → 1 May 2004, "Bescheid"."""
    stem = name.rpartition(".")[0] or name
    day, rest = dates.at_start(stem)
    return day, " ".join(rest.replace("_", " ").split())[:250] or name


def closed_by(*folders: str) -> date | None:
    """End of the last year that a folder's name tells, the innermost first.

    None where it tells that there was no end yet: "seit 1999" is a beginning.
    """
    for folder in folders:
        if dates.is_open(folder):
            return None
        year = dates.last_year(folder)
        if year is not None:
            return min(date(year, 12, 31), today())
    return None
