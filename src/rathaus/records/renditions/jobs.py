"""One job works off the queue in short turns, so that small jobs never wait long for it."""

from __future__ import annotations

import time
from datetime import timedelta

from rathaus.core.jobs import cron, job
from rathaus.records.renditions import actions, making

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
    if actions.is_due():
        actions.wake()


@cron("renditions.look_after", every=timedelta(minutes=1))
def look_after() -> None:
    """What waits for another try, or lost its worker, gets its turn."""
    if actions.is_due():
        actions.wake()
