"""Late is what lies with us too long, not what waits for the resident or is decided."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.proceedings import actions, queries
from rathaus.proceedings.models import Application
from rathaus.proceedings.queries.worklist import BasketFilter
from tests.proceedings.conftest import acting, clerk

OVERDUE = BasketFilter(tab="overdue")


def late(application: Application) -> tuple[int, int]:
    """How many are overdue by the number on the tab and by the list behind it."""
    staff, offices = clerk("steueramt"), [application.case.office_id]
    rows = queries.basket(staff, offices, OVERDUE).rows
    return queries.counts(staff, offices)["overdue"], len(rows)


def test_work_is_late_after_its_day(application: Application) -> None:
    assert late(application) == (0, 0)
    with time_machine.travel(now() + timedelta(days=30), tick=False):
        assert late(application) == (1, 1)


def test_waiting_for_an_answer_is_not_late(application: Application) -> None:
    staff = clerk("steueramt")
    actor = acting(staff)
    actions.take_over(application=application, staff=staff, actor=actor)
    item = actions.CorrectionItem("missing", "Bitte nennen Sie die Chipnummer.")
    actions.request_correction(
        application=application,
        staff=staff,
        items=[item],
        text="",
        due_on=today() + timedelta(days=60),
        actor=actor,
    )
    with time_machine.travel(now() + timedelta(days=30), tick=False):
        assert late(application) == (0, 0)


def test_a_message_after_the_end_makes_nothing_late(application: Application) -> None:
    resident = Actor.resident(str(application.public_id))
    actions.withdraw(application=application, actor=resident)
    actions.send_message(application=application, text="Danke.", actor=resident)
    with time_machine.travel(now() + timedelta(days=30), tick=False):
        assert late(application) == (0, 0)
