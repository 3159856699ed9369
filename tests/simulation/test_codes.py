"""The codes of the demo town's staff can be looked up, and only theirs."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from tests.e2e.people import app_code
from tests.support import town as demo

from rathaus.accounts.staff import factors
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.organisation import queries
from rathaus.organisation.models import StaffMember, Town
from rathaus.simulation.demo import codes

PAGE = "/simulation/codes/"


@pytest.fixture(autouse=True)
def _town(db: None) -> None:
    demo.load()
    codes.enrol_all()


def test_the_code_shown_opens_the_desk(client: Client) -> None:
    staff = StaffMember.objects.select_related("user").get(user__login="insa.cordes")
    with time_machine.travel(now(), tick=False):
        code = codes.code_of("insa.cordes")
        assert code in client.get(PAGE).content.decode()
    assert factors.check(staff.user, code, staff=staff, actor=Actor.system("test")) == "totp"
    assert not factors.unseen_codes(staff.user)


def test_the_browser_tests_compute_the_same() -> None:
    assert app_code("insa.cordes") in {codes.code_of("insa.cordes", steps=n) for n in (-1, 0, 1)}


def test_setting_up_twice_changes_nothing() -> None:
    staff = StaffMember.objects.select_related("user").get(user__login="insa.cordes")
    before = factors.of(staff.user)
    codes.enrol_all()
    assert factors.of(staff.user) == before


def test_nothing_of_a_real_town_is_shown(client: Client) -> None:
    Town.objects.update(is_demo=False)
    queries.forget()
    page = client.get(PAGE).content.decode()
    assert "insa.cordes" not in page
    assert codes.code_of("insa.cordes") not in page
