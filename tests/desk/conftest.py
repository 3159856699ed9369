"""The demo town, and clients signed in as its staff."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.desk.making import person
from tests.support import desk
from tests.support import town as demo

SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _town(db: None) -> None:
    demo.load()


@pytest.fixture
def sign_in() -> SignIn:
    """``sign_in("insa.cordes")`` → a client with that person's session."""

    def start(login: str) -> Client:
        client = Client()
        desk.sign_in(client, person(login).user)
        return client

    return start


@pytest.fixture
def tax(sign_in: SignIn) -> Client:
    """Eilert Janssen: head and clerk of the Steueramt (dogs)."""
    return sign_in("eilert.janssen")


@pytest.fixture
def trade(sign_in: SignIn) -> Client:
    """Insa Cordes: clerk of the Gewerbeamt."""
    return sign_in("insa.cordes")


@pytest.fixture
def cashier(sign_in: SignIn) -> Client:
    """Theda Saathoff: Kasse."""
    return sign_in("theda.saathoff")


@pytest.fixture
def operator(sign_in: SignIn) -> Client:
    """Lars Poppinga: operator and designer."""
    return sign_in("lars.poppinga")
