"""One job works off the queue in short turns, so that small jobs never wait long for it."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db.models import Q

from rathaus.core.clock import now
from rathaus.core.jobs import cron, job
from rathaus.records.renditions import actions, making
from rathaus.records.renditions.models import RenditionWork
from rathaus.records.renditions.states import WorkState

log = logging.getLogger("rathaus.records")
LIGHT_SECONDS = 3.0
"""Of light work in one turn; then a step of heavy work, then other jobs have their turn."""


@job("renditions.work")
def work() -> None:
    """Light work for some seconds and one step of OCR; then at the end of all waiting jobs."""
    end = time.monotonic() + LIGHT_SECONDS
    while time.monotonic() < end and (light := actions.take(heavy=False)):
        making.step(light)
    if heavy := actions.take(heavy=True):
        making.step(heavy)
    if is_due():
        actions.wake()


def is_due() -> bool:
    """Whether something could be worked on now."""
    moment = now()
    return RenditionWork.objects.filter(
        Q(state=WorkState.WAITING, due_at__lte=moment)
        | Q(state=WorkState.RUNNING, lease_until__lt=moment)
    ).exists()


@cron("renditions.look_after", every=timedelta(minutes=1))
def look_after() -> None:
    """What waits for another try, or lost its worker, gets its turn."""
    if is_due():
        actions.wake()
