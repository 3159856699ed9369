"""Days and spans of days as people write them: 2026, 3.2026, 1.3.2026, heute, dieses Jahr."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

Span = tuple[date, date]
FIRST_YEAR, LAST_YEAR = 1500, 2999


def _month(day: date) -> Span:
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _year(day: date) -> Span:
    return date(day.year, 1, 1), date(day.year, 12, 31)


def _week(day: date) -> Span:
    first = day - timedelta(days=day.weekday())
    return first, first + timedelta(days=6)


WORDS: dict[str, Callable[[date], Span]] = {
    "heute": lambda day: (day, day),
    "gestern": lambda day: (day - timedelta(days=1),) * 2,
    "diesewoche": _week,
    "letztewoche": lambda day: _week(day - timedelta(days=7)),
    "diesermonat": _month,
    "letztermonat": lambda day: _month(day.replace(day=1) - timedelta(days=1)),
    "diesesjahr": _year,
    "letztesjahr": lambda day: _year(date(day.year - 1, 1, 1)),
}
_ENDINGS = {
    "dieserwoche": "diesewoche",
    "diesenmonat": "diesermonat",
    "letztenmonat": "letztermonat",
}
_FORMS = (
    (re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"), "day"),
    (re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"), "day"),
    (re.compile(r"(?P<m>\d{1,2})[./](?P<y>\d{4})"), "month"),
    (re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})"), "month"),
    (re.compile(r"(?P<y>\d{4})"), "year"),
)


def span(text: str, today: date) -> Span | None:
    """First and last day of what `text` names, None if it names none.

    >>> span("3.2026", date(2026, 5, 1))
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 31))
    """
    plain = "".join(text.lower().split())[:40]
    if (word := WORDS.get(_ENDINGS.get(plain, plain))) is not None:
        try:
            return word(today)
        except (ValueError, OverflowError):
            return None
    for form, unit in _FORMS:
        match = form.fullmatch(plain)
        if match is None or not match.group().isascii():
            continue
        try:
            found = {key: int(value) for key, value in match.groupdict().items()}
            day = date(found["y"], found.get("m", 1), found.get("d", 1))
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                return None
        except ValueError:
            return None
        return {"day": (day, day), "month": _month(day), "year": _year(day)}[unit]
    return None
