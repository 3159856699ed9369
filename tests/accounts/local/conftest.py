"""The demo town, a browser that reads its mail, and somebody with an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.cache import cache
from django.test import Client

from rathaus.accounts.models import Account
from rathaus.accounts.registration import confirm
from rathaus.accounts.terms import VERSION
from rathaus.core import jobs
from rathaus.core.models import User
from rathaus.theme.templatetags import remember
from tests.support import town

PASSWORD = "Storch auf dem Deich 7"
OTHER = "Kutter bei Windstärke neun"
ADDRESS = "harm@example.org"
LOGIN = "/konto/anmelden/"
COOKIE = settings.RESIDENT_SESSION_COOKIE_NAME


@dataclass
class Browser:
    """A resident's person."""

    client: Client

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def post(self, path: str, **fields: str) -> Any:
        return self.client.post(path, fields)

    def log_in(self, email: str = ADDRESS, password: str = PASSWORD) -> Any:
        return self.post(LOGIN, login=email, password=password)

    def register(self, email: str, password: str = PASSWORD) -> Any:
        return self.post("/konto/registrieren/", email=email, password1=password, terms="on")

    @property
    def session(self) -> SessionStore:
        """The residents' session; the test client itself only knows the staff's."""
        cookie = self.client.cookies.get(COOKIE)
        return SessionStore(cookie.value if cookie else None)

    @property
    def is_inside(self) -> bool:
        return "_auth_user_id" in self.session


def letters(to: str) -> list[str]:
    """Everything that was sent to an address, subject and text."""
    jobs.run_pending()
    return [f"{m.subject}\n{m.body}" for m in mail.outbox if m.to == [to]]


def code_for(to: str) -> str:
    """The code in the newest mail to an address."""
    found = re.search(r"\b\d{4}-\d{4}\b", letters(to)[-1])
    assert found, letters(to)
    return found[0]


def make_account(email: str = ADDRESS, password: str | None = PASSWORD) -> Account:
    user = User.objects.create_user(f"konto-{email}", password)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return confirm(user=user, email=email, language="de", terms_version=VERSION)


@pytest.fixture(autouse=True)
def _world(db: None) -> Iterator[None]:
    cache.clear()
    remember.forget()
    town.load()
    yield
    cache.clear()


@pytest.fixture
def person() -> Browser:
    return Browser(Client())


@pytest.fixture
def other() -> Browser:
    """Somebody else's browser, elsewhere."""
    return Browser(Client(REMOTE_ADDR="198.51.100.7"))


@pytest.fixture
def account() -> Account:
    return make_account()


@pytest.fixture
def inside(person: Browser, account: Account) -> Browser:
    person.log_in()
    return person
