"""Passkeys: making, using, keeping the last one."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator as Row
from django.test import Client

from rathaus.accounts import ways
from rathaus.accounts.models import Account, Authentication
from rathaus.core.clock import now
from rathaus.core.models import Event
from tests.accounts.local.authenticator import Authenticator
from tests.accounts.local.conftest import (
    ADDRESS,
    PASSWORD,
    Browser,
    code_for,
    letters,
    make_account,
)
from tests.accounts.local.test_second_step import switch_on

ADD = "/konto/sicherheit/passkey/"
LOGIN = "/konto/anmelden/passkey/"


@pytest.fixture(autouse=True)
def _host(person: Browser, other: Browser) -> None:
    for one in (person, other):
        one.client.defaults["SERVER_NAME"] = "localhost"


def offered(page: Any) -> dict[str, Any]:
    """What the page asks the browser's authenticator."""
    found = re.search(r'<script type="application/json">(.*?)</script>', page.content.decode())
    assert found
    options: dict[str, Any] = json.loads(found[1])
    return options


def challenge(one: Browser) -> dict[str, Any]:
    """What the log-in page's script fetches."""
    answer = one.client.get(LOGIN, headers={"accept": "application/json"})
    options: dict[str, Any] = answer.json()["request_options"]
    return options


def add(one: Browser, key: Authenticator, name: str = "Mein Handy") -> Any:
    return one.post(ADD, name=name, credential=key.create(offered(one.get(ADD))))


def test_add_and_log_in(inside: Browser, account: Account) -> None:
    key = Authenticator()
    add(inside, key)
    assert [row.wrap().name for row in ways.passkeys(account)] == ["Mein Handy"]
    assert not Row.objects.exclude(type="webauthn").exists()
    assert "neuen Passkey" in letters(ADDRESS)[-1]
    assert Event.objects.filter(chain=account.chain, data__what="passkey_added").exists()
    inside.post("/konto/abmelden/")
    inside.post(LOGIN, credential=key.get(challenge(inside)))
    assert inside.is_inside
    assert Authentication.objects.get(account=account).method == "passkey"


def test_a_passkey_always_asks_for_pin_or_fingerprint(inside: Browser, account: Account) -> None:
    options = offered(inside.get(ADD))["publicKey"]
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    add(inside, Authenticator(verifies=False))
    assert not ways.passkeys(account)


def test_adding_one_does_not_lock_out_the_password(
    inside: Browser, other: Browser, account: Account
) -> None:
    add(inside, Authenticator())
    other.log_in()
    assert other.is_inside


def test_a_challenge_counts_once(inside: Browser) -> None:
    key = Authenticator()
    add(inside, key)
    inside.post("/konto/abmelden/")
    answer = key.get(challenge(inside))
    inside.post(LOGIN, credential=answer)
    inside.post("/konto/abmelden/")
    inside.post(LOGIN, credential=answer)
    assert not inside.is_inside


def test_an_answer_of_another_browser_counts_nothing(inside: Browser, other: Browser) -> None:
    key = Authenticator()
    add(inside, key)
    inside.post("/konto/abmelden/")
    answer = key.get(challenge(inside))
    challenge(other)
    other.post(LOGIN, credential=answer)
    assert not other.is_inside


def test_another_site_cannot_use_it(inside: Browser) -> None:
    key = Authenticator()
    add(inside, key)
    inside.post("/konto/abmelden/")
    key.origin = "https://rathaus.evil.example"
    inside.post(LOGIN, credential=key.get(challenge(inside)))
    assert not inside.is_inside


def test_the_handle_of_another_account_does_not_help(inside: Browser, account: Account) -> None:
    victim = make_account("opfer@example.org")
    key = Authenticator()
    add(inside, key)
    inside.post("/konto/abmelden/")
    answer = key.get(challenge(inside), handle=str(victim.user.pk).encode())
    inside.post(LOGIN, credential=answer)
    assert not inside.is_inside


@pytest.mark.parametrize("junk", ["", "{}", "[]", "null", "x", '{"response": 1}', '{"id": "a"}'])
def test_junk_is_refused(person: Browser, junk: str) -> None:
    challenge(person)
    assert person.post(LOGIN, credential=junk).status_code in {200, 302}
    assert not person.is_inside


@pytest.mark.parametrize("junk", ["", "{}", "[]", "7", '{"id": "a"}', '{"response": {}}'])
def test_junk_makes_no_passkey(inside: Browser, account: Account, junk: str) -> None:
    inside.get(ADD)
    assert inside.post(ADD, name="x", credential=junk).status_code == 200
    assert not ways.passkeys(account)


def test_register_with_nothing_but_a_passkey(person: Browser) -> None:
    new = "passkey@example.org"
    person.post("/konto/registrieren/passkey/", email=new, terms="on")
    response = person.post("/konto/bestaetigen/", code=code_for(new))
    assert response["Location"] == "/konto/registrieren/passkey/anlegen/"
    assert not person.is_inside
    key = Authenticator()
    page = person.get(response["Location"])
    person.post(response["Location"], name="", credential=key.create(offered(page)))
    assert person.is_inside
    account = Account.objects.get()
    assert not account.user.has_usable_password()
    assert ways.count(account) == 1
    person.post("/konto/abmelden/")
    person.post(LOGIN, credential=key.get(challenge(person)))
    assert person.is_inside


def test_the_last_way_in_stays(person: Browser, account: Account) -> None:
    key = Authenticator()
    person.log_in()
    add(person, key)
    account.user.set_unusable_password()
    account.user.save()
    person = Browser(Client(SERVER_NAME="localhost"))
    person.post(LOGIN, credential=key.get(challenge(person)))
    remove = f"{ADD}{ways.passkeys(account)[0].pk}/loeschen/"
    assert "einziger Weg" in person.get(remove).content.decode()
    person.post(remove)
    assert len(ways.passkeys(account)) == 1
    add(person, Authenticator(), "Tablet")
    person.post(remove)
    assert [row.wrap().name for row in ways.passkeys(account)] == ["Tablet"]
    assert "Passkey Ihres Servicekontos wurde gelöscht" in letters(ADDRESS)[-1]


def test_nobody_touches_the_passkeys_of_others(
    inside: Browser, other: Browser, account: Account
) -> None:
    add(inside, Authenticator())
    pk = ways.passkeys(account)[0].pk
    make_account("fremd@example.org")
    other.log_in("fremd@example.org")
    assert other.is_inside
    assert other.post(f"{ADD}{pk}/loeschen/").status_code == 404
    assert other.post(f"{ADD}{pk}/", name="meins").status_code == 404
    assert len(ways.passkeys(account)) == 1


def test_rename(inside: Browser, account: Account) -> None:
    add(inside, Authenticator())
    inside.post(f"{ADD}{ways.passkeys(account)[0].pk}/", name="Arbeit <b>")
    assert ways.passkeys(account)[0].wrap().name == "Arbeit <b>"
    assert "Arbeit &lt;b&gt;" in inside.get("/konto/sicherheit/").content.decode()


def test_who_never_made_the_passkey_still_gets_in(person: Browser, other: Browser) -> None:
    """Address confirmed, browser closed before the passkey: a code by mail sets a password."""
    new = "halb@example.org"
    person.post("/konto/registrieren/passkey/", email=new, terms="on")
    person.post("/konto/bestaetigen/", code=code_for(new))
    assert not person.is_inside
    other.post("/konto/passwort-vergessen/", email=new)
    other.post("/konto/passwort-vergessen/code/", code=code_for(new))
    other.post("/konto/passwort-vergessen/neu/", password1=PASSWORD)
    other.log_in(new)
    assert other.is_inside


def test_a_passkey_as_second_step(inside: Browser, other: Browser, account: Account) -> None:
    key = Authenticator()
    add(inside, key)
    switch_on(inside)
    step = other.log_in()["Location"]
    assert not other.is_inside
    page = other.get(step)
    wrong = other.post(step, credential=Authenticator().get(offered(page)))
    assert "Das hat nicht geklappt" in wrong.content.decode()
    other.post(step, credential=key.get(offered(wrong)))
    assert other.is_inside


def test_a_passkey_alone_needs_no_code(inside: Browser, other: Browser) -> None:
    key = Authenticator()
    add(inside, key)
    switch_on(inside)
    other.post(LOGIN, credential=key.get(challenge(other)))
    assert other.is_inside


def test_confirm_with_a_passkey(inside: Browser) -> None:
    key = Authenticator()
    add(inside, key)
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert inside.get(ADD)["Location"] == "/konto/sicherheit/bestaetigen/"
        page = inside.get("/konto/sicherheit/bestaetigen/")
        answer = key.get(offered(page))
        response = inside.post(
            "/konto/sicherheit/bestaetigen/", method="passkey", credential=answer
        )
        assert response["Location"] == ADD
