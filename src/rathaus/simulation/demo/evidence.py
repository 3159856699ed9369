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


def seal_the_rest() -> None:
    """Seal what was laid into the past afterwards, as of the evening before today.

    Without it a verification right after loading would call it older than the newest seal and
    yet in none. The first night of the town itself comes as ever.
    """
    last = queries.newest()
    today = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    evening = today - timedelta(minutes=1)
    moment = evening if last is None or last.at < evening else clock.now()
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
