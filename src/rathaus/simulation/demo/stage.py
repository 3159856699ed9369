"""Putting the story on stage: every act at its time, through the public actions only.

The acts of all cases are sorted by time and done one after the other, so that references,
receipt numbers and chains come out in the order in which things happened. After each act the
jobs of that moment run; in the night the payments are looked at, as the worker does.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection

from rathaus.core import clock
from rathaus.core.jobs import run_pending
from rathaus.payments.jobs import poll
from rathaus.simulation.demo import evidence, times
from rathaus.simulation.demo.cast import Cast
from rathaus.simulation.demo.play import Play, start_draft
from rathaus.simulation.demo.story import Case, cases, drafts, residents
from rathaus.simulation.demo.welcome import PASSWORD

LATER = timedelta(seconds=4)
NIGHT = timedelta(hours=6)
EASTER = "osterfeuer-anzeigen"
WEEK = 5
NOISY = ("django.request", "rathaus.payments")


@dataclass(frozen=True)
class Act:
    """One thing to do at one time; `order` keeps acts of a case apart that share a minute."""

    at: datetime
    order: int
    do: Callable[[], object]


def perform(almanac: times.Almanac) -> None:
    """Play all cases and drafts."""
    cast = Cast()
    acts = [act for case in cases() for act in _acts(case, almanac, cast)]
    acts += [_draft(case, almanac, cast) for case in drafts()]
    acts += _accounts(almanac, cast)
    acts.sort(key=lambda act: (act.at, act.order))
    previous = acts[0].at
    with _paypal_inside():
        for act in acts:
            if act.at - previous > NIGHT:
                _night(previous + NIGHT)
            with clock.shifted(act.at):
                act.do()
            with clock.shifted(act.at + LATER):
                run_pending()
            previous = act.at
        _night(min(previous + NIGHT, clock.now()))
        poll()
        run_pending()


def _night(moment: datetime) -> None:
    with clock.shifted(moment):
        poll()
        run_pending()
    evidence.seal_night(moment)


def _acts(case: Case, almanac: times.Almanac, cast: Cast) -> Iterator[Act]:
    shift = earlier(case, almanac)
    play = Play(case, cast, almanac)
    at = almanac.moment(case.at, shift=shift, salt=case.key)
    yield Act(at - play.typing_time, 0, play.begin)
    yield Act(at, 1, play.submit)
    for number, step in enumerate(case.steps, 2):
        moment = almanac.moment(step.at, shift=shift, salt=case.key)
        yield Act(moment, number, _bound(play.act, step))


def _accounts(almanac: times.Almanac, cast: Cast) -> Iterator[Act]:
    hashed = make_password(PASSWORD)  # one for all: hashing takes long, and it is public
    for resident in residents():
        at = almanac.moment(resident.at, salt=resident.who)
        yield Act(at, 0, partial(cast.open_account, resident, password_hash=hashed))


def _bound(do: Callable[[Any], None], step: Any) -> Callable[[], None]:
    return lambda: do(step)


def _draft(case: Case, almanac: times.Almanac, cast: Cast) -> Act:
    at = almanac.moment(case.at, salt=case.key)
    return Act(at, 0, lambda: start_draft(case, cast))


def earlier(case: Case, almanac: times.Almanac) -> int:
    """Easter fires cannot be announced around Easter: such a case then came weeks before."""
    shift = 0
    if case.service == EASTER:
        while times.fire_day(almanac.moment(case.at, shift=shift).date()) is None:
            shift += WEEK
    return shift


@contextlib.contextmanager
def _paypal_inside() -> Iterator[None]:
    """Reach the simulated PayPal inside this process: no web server is running yet."""
    before = settings.RATHAUS_PAYPAL
    transport = "rathaus.simulation.paypal.transport.in_process"
    settings.RATHAUS_PAYPAL = {**before, "transport": transport}
    try:
        yield
    finally:
        settings.RATHAUS_PAYPAL = before


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Expired orders are part of the story: no warnings about them in the terminal."""
    loggers = [logging.getLogger(name) for name in NOISY]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextlib.contextmanager
def quickly() -> Iterator[None]:
    """Do not wait for the disk after each of hundreds of transactions."""
    if connection.in_atomic_block:
        yield
        return
    read, off, on = {
        "sqlite": ("PRAGMA synchronous", "PRAGMA synchronous=OFF", "PRAGMA synchronous={}"),
        "postgresql": (
            "SHOW synchronous_commit",
            "SET synchronous_commit TO off",
            "SET synchronous_commit TO {}",
        ),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(read)
        before = cursor.fetchone()[0]
        cursor.execute(off)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(on.format(before))
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
