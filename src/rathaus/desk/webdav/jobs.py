"""What is over goes: locks, short-lived files, passwords that ended a month ago."""

from __future__ import annotations

from datetime import timedelta

from rathaus.core.clock import now
from rathaus.core.jobs import cron
from rathaus.desk.webdav import scratch
from rathaus.desk.webdav.models import DevicePassword, DraftLock, DraftReading

SHOWN_AFTER = timedelta(days=30)
READ_KEPT = timedelta(days=30)


@cron("desk.webdav_clean_up", every=timedelta(hours=1))
def clean_up() -> None:
    """Safe to repeat."""
    moment = now()
    DraftLock.objects.filter(expires_at__lte=moment).delete()
    DraftReading.objects.filter(at__lt=moment - READ_KEPT).delete()
    DevicePassword.objects.filter(expires_at__lt=moment - SHOWN_AFTER).delete()
    scratch.drop_old()
