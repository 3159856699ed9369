"""How many log-ins each source brought per day: numbers only, nothing about persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.db import IntegrityError, models, transaction

from rathaus.core.clock import now, today
from rathaus.core.models import RateWindow

Outcome = Literal["ok", "failed", "cancelled"]
KEPT = timedelta(days=35)
SHOWN = timedelta(days=30)


@dataclass(frozen=True)
class Tally:
    """Log-ins of the last thirty days, and the last day with one."""

    count: int
    last: date | None


def count(source_key: str, outcome: Outcome) -> None:
    """Count one log-in."""
    bucket, day = f"identity-{outcome}", today().toordinal()
    rows = RateWindow.objects.filter(bucket=bucket, key=source_key, window=day)
    if rows.update(count=models.F("count") + 1):
        return
    try:
        with transaction.atomic():
            RateWindow.objects.create(
                bucket=bucket, key=source_key, window=day, count=1, expires_at=now() + KEPT
            )
    except IntegrityError:
        rows.update(count=models.F("count") + 1)


def of(source_key: str, outcome: Outcome) -> Tally:
    """What was counted for a source."""
    since = (today() - SHOWN).toordinal()
    found = RateWindow.objects.filter(
        bucket=f"identity-{outcome}", key=source_key, window__gte=since
    ).aggregate(total=models.Sum("count"), last=models.Max("window"))
    last = date.fromordinal(found["last"]) if found["last"] else None
    return Tally(found["total"] or 0, last)
