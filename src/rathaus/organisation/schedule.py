"""Opening hours without a database: when is open, until when, when again.

Everything is wall-clock time of the town, so days with a change of the clocks need no care.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from rathaus.core.clock import local
from rathaus.organisation import calendar

Span = tuple[time, time]
HORIZON_DAYS = 60


def merge(spans: list[Span]) -> tuple[Span, ...]:
    """Sort spans and join those that touch or overlap."""
    merged: list[Span] = []
    for opens, closes in sorted(spans):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return tuple(merged)


@dataclass(frozen=True)
class Schedule:
    """The week of an office: spans by weekday (0 is Monday), closures by day with reason."""

    week: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    closures: Mapping[date, str] = field(default_factory=dict)
    state: str = calendar.DEFAULT_STATE

    @property
    def is_empty(self) -> bool:
        """No opening hours at all: only by appointment."""
        return not any(self.week.values())

    def closed_because(self, day: date) -> str | None:
        """Reason why the office is closed all day although it is not its free weekday."""
        if day in self.closures:
            return self.closures[day]
        return calendar.holiday_name(day, state=self.state) or None

    def spans(self, day: date) -> tuple[Span, ...]:
        """Spans in which the office is open on `day`; end excluded."""
        if self.closed_because(day) is not None:
            return ()
        return self.week.get(day.weekday(), ())

    def open_until(self, at: datetime) -> datetime | None:
        """End of the span that contains `at`, or None if closed."""
        moment = local(at)
        for opens, closes in self.spans(moment.date()):
            if opens <= moment.time() < closes:
                return _at(moment, moment.date(), closes)
        return None

    def next_opening(self, at: datetime) -> datetime | None:
        """First opening after `at` within `HORIZON_DAYS` days."""
        moment = local(at)
        for offset in range(HORIZON_DAYS + 1):
            day = moment.date() + timedelta(days=offset)
            for opens, _ in self.spans(day):
                if offset or opens > moment.time():
                    return _at(moment, day, opens)
        return None


def _at(like: datetime, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=like.tzinfo)
