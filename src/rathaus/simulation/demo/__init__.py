"""The demo town: invented people and cases, made through the public actions (DEVELOPERS.md)."""

from __future__ import annotations

import logging
import time
from datetime import date
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.core.models import Job, User
from rathaus.organisation.models import Closure, Town
from rathaus.proceedings.models import Application, Draft
from rathaus.simulation.demo.welcome import PASSWORD, welcome

__all__ = ["PASSWORD", "load", "welcome"]

log = logging.getLogger(__name__)
DAYS = 52
"""Working days before today on which the town opened: about ten weeks."""


def load(today: date | None = None) -> dict[str, Any]:
    """Load town, services and 40 cases into an empty database; keep what is there.

    The story ends the working day before `today`. Returns counts, with ``loaded`` telling
    whether anything was done.
    """
    started = time.monotonic()
    real = Town.objects.exclude(is_demo=True).exists()
    if real or Application.objects.exists():
        return {"loaded": False, **_counts()}
    from rathaus.simulation.demo import (
        disposal,
        evidence,
        intake,
        records_plan,
        scanning,
        stage,
        times,
        work,
    )

    today = today or clock.today()
    almanac = times.Almanac(today)
    with stage.quickly(), stage.quietly():
        with clock.shifted(almanac.moment(f"{DAYS} 08:00")):
            _open_town()
        closed = Closure.objects.filter(office=None).values_list("date", flat=True)
        days = times.Almanac(today, frozenset[date](closed))
        stage.perform(days)
        records_plan.furnish(days)
        scanning.furnish(days)
        disposal.furnish(days)
        intake.furnish(days)
        work.furnish(days)
        evidence.seal_the_rest()
    seconds = time.monotonic() - started
    log.info("demo town loaded in %.1f s", seconds)
    return {"loaded": True, **_counts(), "seconds": round(seconds, 1)}


def _open_town() -> None:
    from rathaus.catalogue import actions as catalogue
    from rathaus.catalogue import library
    from rathaus.organisation import loading
    from rathaus.records import actions as records
    from rathaus.simulation.demo import codes

    actor = Actor.system("demo")
    loading.load_town(actor=actor)
    # One hash for all: the password is public, and hashing it fifteen times takes seconds.
    nobody_yet = User.objects.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    nobody_yet.update(password=make_password(PASSWORD))
    codes.enrol_all()
    records.load_filing_plan()
    catalogue.install(library=library.load_all(), actor=actor)
    run_pending()


def _counts() -> dict[str, int]:
    return {
        "applications": Application.objects.count(),
        "drafts": Draft.objects.filter(state="open").count(),
        "dead_jobs": Job.objects.filter(state="dead").count(),
    }
