"""Working days: Monday to Friday without the public holidays of the Land.

Sources: § 31 VwVfG with §§ 186 to 193 BGB (the day of the event is not counted; a
period never ends on a Saturday, Sunday or public holiday); NFeiertagsG for Niedersachsen.
24 and 31 December are working days unless the town closes its offices (`Closure`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from functools import lru_cache

DEFAULT_STATE = "NI"
_ONE = timedelta(days=1)
_SPAN = 20
_ASK = """
import json, sys
import holidays
state, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
found = holidays.country_holidays("DE", subdiv=state, years=range(first, last), language="de")
print(json.dumps({day.isoformat(): name for day, name in found.items()}))
"""


def _holidays(state: str, year: int) -> dict[date, str]:
    return _of_years(state, year - year % _SPAN).get(year, {})


@lru_cache(maxsize=32)
def _of_years(state: str, first: int) -> dict[int, dict[date, str]]:
    """Holidays of `_SPAN` years, by year.

    Asked in a process of its own: the library loads the calendars of 250 countries, which
    would stay in the memory of every process (15 MB).
    """
    words = [state, str(max(1, first)), str(min(first + _SPAN, date.max.year + 1))]
    done = subprocess.run(
        [sys.executable, "-c", _ASK, *words], check=True, stdout=subprocess.PIPE, text=True
    )
    years: dict[int, dict[date, str]] = {}
    for text, name in sorted(json.loads(done.stdout).items()):
        day = date.fromisoformat(text)
        years.setdefault(day.year, {})[day] = name
    return years


def holiday_name(day: date, *, state: str = DEFAULT_STATE) -> str:
    """German name of the public holiday on `day`, or an empty string.

    `state` is the two letter code of the Land, e.g. ``NI``.
    """
    return _holidays(state, day.year).get(day, "")


def is_working_day(day: date, *, state: str = DEFAULT_STATE) -> bool:
    """Whether `day` is Monday to Friday and no public holiday."""
    return day.weekday() < 5 and not holiday_name(day, state=state)


def next_working_day(day: date, *, state: str = DEFAULT_STATE) -> date:
    """`day` itself if it is a working day, else the first one after it (§ 31 (3) VwVfG)."""
    while not is_working_day(day, state=state):
        day += _ONE
    return day


def add_working_days(day: date, count: int, *, state: str = DEFAULT_STATE) -> date:
    """The working day that is `count` working days after `day`; before it if negative.

    `day` itself is not counted; ``count == 0`` returns `day` unchanged.
    """
    step = _ONE if count > 0 else -_ONE
    left = abs(count)
    while left:
        day += step
        if is_working_day(day, state=state):
            left -= 1
    return day


def working_days_between(start: date, end: date, *, state: str = DEFAULT_STATE) -> int:
    """Number of working days after `start` up to and including `end`.

    Negative if `end` lies before `start`. For ``n >= 0``:
    ``working_days_between(d, add_working_days(d, n)) == n``.
    """
    if end < start:
        return -working_days_between(end, start, state=state)
    days = (end - start).days
    weeks, rest = divmod(days, 7)
    count = weeks * 5
    count += sum(1 for i in range(1, rest + 1) if (start + timedelta(days=i)).weekday() < 5)
    for year in range(start.year, end.year + 1):
        for holiday in _holidays(state, year):
            if start < holiday <= end and holiday.weekday() < 5:
                count -= 1
    return count
