"""Rate limits kept in the database, so that all processes count together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, models, transaction

from rathaus.core.clock import now
from rathaus.core.models import RateWindow
from rathaus.core.secrets import digest


def allow(bucket: str, key: str, *, limit: int, per: timedelta) -> bool:
    """Count one use; False once `limit` uses fell into the present window.

    The key (an address, an account) is stored only as a keyed hash.
    """
    seconds = int(per.total_seconds())
    window = _window(per)
    hashed = digest(key, f"rate:{bucket}")
    rows = RateWindow.objects.filter(bucket=bucket, key=hashed, window=window)
    if not rows.update(count=models.F("count") + 1):
        expires = datetime.fromtimestamp((window + 1) * seconds, UTC)
        try:
            with transaction.atomic():
                RateWindow.objects.create(
                    bucket=bucket, key=hashed, window=window, count=1, expires_at=expires
                )
        except IntegrityError:
            rows.update(count=models.F("count") + 1)
    return rows.filter(count__lte=limit).exists()


def give_back(bucket: str, key: str, *, per: timedelta) -> None:
    """Take one use back that turned out to be a good one: many people may share one address."""
    rows = RateWindow.objects.filter(
        bucket=bucket, key=digest(key, f"rate:{bucket}"), window=_window(per), count__gt=0
    )
    rows.update(count=models.F("count") - 1)


def _window(per: timedelta) -> int:
    """Number of the present window since 1970."""
    return int(now().timestamp()) // int(per.total_seconds())


def reset(bucket: str, key: str) -> None:
    """Forget the uses of a key, e.g. after a successful log-in."""
    RateWindow.objects.filter(bucket=bucket, key=digest(key, f"rate:{bucket}")).delete()
