"""Two doors: residents' and staff's. Neither opens for the other."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate, get_backends
from django.test import RequestFactory

from rathaus.accounts.actions.opening import open_account
from rathaus.core.actors import Actor
from rathaus.core.models import Event, User
from rathaus.organisation import actions as organisation
from tests.support import town

PASSWORD = "Storch auf dem Deich 7"
REQUEST = RequestFactory().post("/")


@pytest.fixture(autouse=True)
def _town(db: None) -> None:
    town.load()


@pytest.fixture
def resident(db: None) -> User:
    account = open_account(actor=None, language="de", password=PASSWORD)
    EmailAddress.objects.create(
        user=account.user, email="harm@example.org", verified=True, primary=True
    )
    return account.user


@pytest.fixture
def clerk(db: None) -> User:
    staff = organisation.create_staff(
        login="harm@example.org",
        first_name="Harm",
        last_name="Amt",
        actor=Actor.system("test"),
        password=PASSWORD,
    )
    return staff.user


def test_residents_come_in_by_address_and_password(resident: User) -> None:
    assert authenticate(REQUEST, email="Harm@example.org", password=PASSWORD) == resident
    assert authenticate(REQUEST, email="harm@example.org", password="falsch") is None


def test_the_staff_door_knows_no_residents(resident: User) -> None:
    for name in ("harm@example.org", resident.login):
        assert authenticate(REQUEST, username=name, password=PASSWORD) is None


def test_the_residents_door_knows_no_staff(clerk: User) -> None:
    assert authenticate(REQUEST, username=clerk.login, password=PASSWORD) == clerk
    assert authenticate(REQUEST, email=clerk.login, password=PASSWORD) is None
    EmailAddress.objects.create(user=clerk, email="harm@example.org", verified=True)
    assert authenticate(REQUEST, email="harm@example.org", password=PASSWORD) is None


def test_a_session_of_one_kind_means_nothing_at_the_other_door(resident: User, clerk: User) -> None:
    staff_door, resident_door = get_backends()
    assert staff_door.get_user(resident.pk) is None
    assert resident_door.get_user(clerk.pk) is None
    assert staff_door.get_user(clerk.pk) == clerk
    assert resident_door.get_user(resident.pk) == resident


def test_an_unconfirmed_address_opens_nothing() -> None:
    account = open_account(actor=None, language="de", password=PASSWORD)
    EmailAddress.objects.create(user=account.user, email="neu@example.org", primary=True)
    assert authenticate(REQUEST, email="neu@example.org", password=PASSWORD) is None


def test_a_user_without_account_opens_nothing() -> None:
    user = User.objects.create_user("konto-x", PASSWORD)
    EmailAddress.objects.create(user=user, email="neu@example.org", verified=True)
    assert authenticate(REQUEST, email="neu@example.org", password=PASSWORD) is None
    assert get_backends()[1].get_user(user.pk) is None


def test_opening_is_in_the_chain_of_the_account(resident: User) -> None:
    event = Event.objects.get(chain=resident.account.chain)
    assert event.type == "accounts.opened"
    assert event.actor_id == str(resident.account.public_id)
