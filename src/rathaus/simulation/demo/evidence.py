"""Seals of the past weeks: each night what was new, with a time stamp of the simulated service."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from rathaus.core import clock
from rathaus.core.jobs import run_pending
from rathaus.records.evidence import actions, jobs, queries
from rathaus.simulation.timestamps import keys

NIGHTLY = timedelta(hours=20)


def seal_night(moment: datetime) -> None:
    """What the worker does at night: seal, and get the time stamp at once."""
    last = queries.newest()
    if last is not None and moment - last.at < NIGHTLY:
        return
    with clock.shifted(moment), _inside():
        actions.seal_all(actor=jobs.ACTOR)
        run_pending()


@contextlib.contextmanager
def _inside() -> Iterator[None]:
    """Reach the simulated service inside this process: no web server is running yet."""
    keys.root()
    before = settings.RATHAUS_TSA_TRANSPORT
    settings.RATHAUS_TSA_TRANSPORT = "rathaus.simulation.paypal.transport.in_process"
    try:
        yield
    finally:
        settings.RATHAUS_TSA_TRANSPORT = before
