"""When things happened: working days before today, so that the story is always fresh.

``"12 19:40"`` is 19:40 on the twelfth working day before today, ``"12+2 10:15"`` two calendar
days after that one. Nothing happens today, because today may be a Sunday or not yet noon.
"""

from __future__ import annotations

import re
import zlib
from datetime import date, datetime, time, timedelta

from rathaus.core.clock import BERLIN
from rathaus.organisation import calendar

_MARK = re.compile(r"(\d+)(?:\+(\d+))? (\d\d):(\d\d)")
_DAY = re.compile(r"@([+-]\d+)?(easter)?")
EASTER_NOTICE = timedelta(days=14)
EASTER_AHEAD = timedelta(days=365)


class Almanac:
    """Turns the marks of the story into moments, seen from `today`."""

    def __init__(self, today: date, closed: frozenset[date] = frozenset()) -> None:
        self._closed = closed
        self._days = [today]

    def day(self, number: int) -> date:
        """The working day `number` before today."""
        while len(self._days) <= number:
            day = self._days[-1] - timedelta(days=1)
            while day in self._closed or not calendar.is_working_day(day):
                day -= timedelta(days=1)
            self._days.append(day)
        return self._days[number]

    def moment(self, mark: str, *, shift: int = 0, salt: str = "") -> datetime:
        """The moment of a mark, `shift` working days earlier. Raises: ValueError."""
        match = _MARK.fullmatch(mark)
        if match is None or match[1] == "0":
            raise ValueError(f"no time of the story: {mark!r}")
        day = self.day(int(match[1]) + shift) + timedelta(days=int(match[2] or 0))
        second = zlib.crc32(f"{salt}{mark}".encode()) % 60  # nobody clicks on the full minute
        clock = time(int(match[3]), int(match[4]), second)
        return datetime.combine(day, clock, tzinfo=BERLIN)


def easter_saturday(year: int) -> date:
    """The Saturday before Easter Sunday (Gauss, Lichtenberg's form)."""
    a, k = year % 19, year // 100
    m = 15 + (3 * k + 3) // 4 - (8 * k + 13) // 25
    s = 2 - (3 * k + 3) // 4
    d = (19 * a + m) % 30
    r = (d + a // 11) // 29
    full_moon = 21 + d - r
    first = 7 - (year + year // 4 + s) % 7
    return date(year, 3, 1) + timedelta(days=full_moon + 7 - (full_moon - first) % 7 - 2)


def fire_day(seen_from: date) -> date | None:
    """The Easter Saturday a fire can be announced for on this day, if there is one."""
    for year in (seen_from.year, seen_from.year + 1):
        day = easter_saturday(year)
        if seen_from + EASTER_NOTICE <= day <= seen_from + EASTER_AHEAD:
            return day
    return None


def resolve(text: str, seen_from: date) -> str:
    """``@-12`` and ``@+30`` as a date around `seen_from`; ``@easter`` and ``@-1easter``."""
    match = _DAY.fullmatch(text)
    if match is None or text == "@":
        return text
    start = fire_day(seen_from) if match[2] else seen_from
    if start is None:
        raise ValueError(f"no Easter fire can be announced on {seen_from}")
    return (start + timedelta(days=int(match[1] or 0))).isoformat()
