"""The only source of time: UTC inside, Europe/Berlin for people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in Germany, which near midnight differs from the date in UTC."""
    return now().astimezone(BERLIN).date()


def local(moment: datetime) -> datetime:
    """The same moment on a clock in Germany."""
    return moment.astimezone(BERLIN)
