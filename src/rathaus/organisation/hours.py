"""Is the office open? What the resident reads beside phone and address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rathaus.core.clock import local, now
from rathaus.organisation import queries
from rathaus.organisation.models import Office
from rathaus.organisation.schedule import Schedule, Span, merge

WEEKDAYS = (
    gettext_lazy("Montag"),
    gettext_lazy("Dienstag"),
    gettext_lazy("Mittwoch"),
    gettext_lazy("Donnerstag"),
    gettext_lazy("Freitag"),
    gettext_lazy("Samstag"),
    gettext_lazy("Sonntag"),
)


@dataclass(frozen=True)
class OpenStatus:
    """Open or closed at a moment.

    `text` is a German sentence part such as "jetzt geöffnet bis 12:30 Uhr"; `next_text`
    says when it opens next, where `text` does not say it already.
    """

    is_open: bool
    until: datetime | None
    next_open: datetime | None
    text: str
    next_text: str = ""
    reason: str = ""
    """Why it is closed all day: name of the holiday or reason of the closure."""


@dataclass(frozen=True)
class DayHours:
    """One row of the opening hours table."""

    weekday: int
    label: str
    text: str
    spans: tuple[Span, ...]
    is_today: bool


def schedule_of(office: Office) -> Schedule:
    """The schedule of `office`; without own hours that of the nearest office above it."""
    source: Office | None = office
    spans: dict[int, list[Span]] = {}
    while source is not None and not spans:
        for row in source.opening_hours.all():
            spans.setdefault(row.weekday, []).append((row.opens, row.closes))
        source = source.parent
    closures = queries.town_closures()
    closures.update({row.date: row.reason for row in office.closures.all()})
    return Schedule(
        {day: merge(list_) for day, list_ in spans.items()}, closures, queries.town().bundesland
    )


def status(office: Office, at: datetime | None = None) -> OpenStatus:
    """Whether `office` is open at `at` (aware; default: now)."""
    return status_of(schedule_of(office), at or now())


def status_of(schedule: Schedule, at: datetime) -> OpenStatus:
    """Like `status`, for a schedule."""
    until = schedule.open_until(at)
    following = schedule.next_opening(at)
    if until:
        text = _("jetzt geöffnet bis %(time)s Uhr") % {"time": clock(until.time())}
        return OpenStatus(True, until, following, text)
    if schedule.is_empty:
        return OpenStatus(False, None, None, _("Termine nach Vereinbarung"))
    opening = opening_text(local(at).date(), following)
    today = local(at).date()
    reason = schedule.closed_because(today)
    if reason is not None and schedule.week.get(today.weekday()):
        text = _("heute geschlossen (%(reason)s)") % {"reason": reason}
        if not reason:
            text = _("heute geschlossen")
        return OpenStatus(False, None, following, text, opening, reason)
    return OpenStatus(False, None, following, opening or _("zurzeit geschlossen"))


def opening_text(today: date, opening: datetime | None) -> str:
    """ "öffnet morgen um 8:30 Uhr", seen from `today`; empty if nothing opens soon."""
    if opening is None:
        return ""
    values = {"time": clock(opening.time())}
    days = (opening.date() - today).days
    if days == 0:
        return _("öffnet heute um %(time)s Uhr") % values
    if days == 1:
        return _("öffnet morgen um %(time)s Uhr") % values
    if days < 7:
        return _("öffnet %(day)s um %(time)s Uhr") % {**values, "day": WEEKDAYS[opening.weekday()]}
    return _("öffnet am %(date)s um %(time)s Uhr") % {
        **values,
        "date": opening.strftime("%d.%m.%Y"),
    }


def week(office: Office, today: date | None = None) -> list[DayHours]:
    """Rows Monday to Friday, and the weekend where it has hours, for the table of hours."""
    schedule = schedule_of(office)
    current = (today or local(now()).date()).weekday()
    rows = []
    for day, label in enumerate(WEEKDAYS):
        spans = schedule.week.get(day, ())
        if spans or day < 5:
            text = spans_text(spans) if spans else _("geschlossen")
            rows.append(DayHours(day, str(label), text, spans, day == current))
    return rows if not schedule.is_empty else []


def upcoming_closures(office: Office, today: date, days: int = 14) -> list[tuple[date, str]]:
    """Days within `days` on which the office is closed against its usual hours, with reason."""
    schedule = schedule_of(office)
    found = []
    for offset in range(days + 1):
        day = today + timedelta(days=offset)
        reason = schedule.closed_because(day)
        if reason is not None and schedule.week.get(day.weekday()):
            found.append((day, reason))
    return found


def spans_text(spans: tuple[Span, ...]) -> str:
    """ "8:30 bis 12:30 Uhr und 14:00 bis 15:30 Uhr"."""
    parts = [
        _("%(opens)s bis %(closes)s Uhr") % {"opens": clock(opens), "closes": clock(closes)}
        for opens, closes in spans
    ]
    return _(" und ").join(parts)


def clock(value: time) -> str:
    """A time of day as written in German: ``8:30``."""
    return f"{value.hour}:{value.minute:02d}"
