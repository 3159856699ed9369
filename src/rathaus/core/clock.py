"""The only source of time: UTC inside, Europe/Berlin for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
_shift: ContextVar[timedelta | None] = ContextVar("clock_shift", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    shift = _shift.get()
    return datetime.now(UTC) + shift if shift else datetime.now(UTC)


@contextmanager
def shifted(to: datetime) -> Iterator[None]:
    """Let the clock show `to` and run on from there; for demo data and training only.

    Holds for this thread (or task); the shift of an outer block comes back at the end.
    """
    token = _shift.set(to - datetime.now(UTC))
    try:
        yield
    finally:
        _shift.reset(token)


def today() -> date:
    """Today's date in Germany, which near midnight differs from the date in UTC."""
    return now().astimezone(BERLIN).date()


def local(moment: datetime) -> datetime:
    """The same moment on a clock in Germany."""
    return moment.astimezone(BERLIN)
