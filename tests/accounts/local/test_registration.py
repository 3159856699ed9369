"""From nothing to an account; and that nobody can lie in wait in one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from rathaus.accounts.models import Account, Consent
from rathaus.accounts.registration import drop_unconfirmed
from rathaus.core.clock import now
from rathaus.core.models import Event, User
from tests.accounts.local.conftest import (
    ADDRESS,
    OTHER,
    PASSWORD,
    Browser,
    code_for,
    letters,
    make_account,
)

CONFIRM = "/konto/bestaetigen/"
NEW = "neu@example.org"


def test_a_code_from_the_mail_opens_the_account(person: Browser) -> None:
    response = person.register(NEW)
    assert response["Location"] == CONFIRM
    assert not Account.objects.exists()
    response = person.post(CONFIRM, code=code_for(NEW))
    assert response["Location"] == "/konto/"
    account = Account.objects.get()
    assert person.is_inside
    assert account.contact_email == NEW
    assert account.user.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=account.user).verified
    consent = Consent.objects.get(account=account)
    assert (consent.kind, consent.text_version) == ("terms", "2026-11")
    assert "freiwillig" in consent.text
    types = list(
        Event.objects.filter(chain=account.chain).order_by("seq").values_list("type", flat=True)
    )
    assert types == ["accounts.opened", "accounts.consent_given"]


def test_the_code_forgives_dash_and_blanks(person: Browser) -> None:
    person.register(NEW)
    person.post(CONFIRM, code=code_for(NEW).replace("-", " "))
    assert Account.objects.exists()


def test_without_consent_no_account(person: Browser) -> None:
    response = person.post("/konto/registrieren/", email=NEW, password1=PASSWORD)
    assert "Ohne Ihre Zustimmung" in response.content.decode()
    assert not User.objects.filter(login__startswith="konto-").exists()


def test_the_same_answer_for_a_known_address(person: Browser, other: Browser) -> None:
    make_account(ADDRESS)
    known, unknown = person.register(ADDRESS), other.register(NEW)
    assert known.status_code == unknown.status_code
    assert known["Location"] == unknown["Location"]
    pages = [b.get(CONFIRM).content.decode().replace(e, "X") for b, e in
             ((person, ADDRESS), (other, NEW))]  # fmt: skip
    assert _bare(pages[0]) == _bare(pages[1])
    wrong = [b.post(CONFIRM, code="0000-0000").content.decode() for b in (person, other)]
    assert _bare(wrong[0].replace(ADDRESS, "X")) == _bare(wrong[1].replace(NEW, "X"))
    assert "Sie haben schon ein Servicekonto" in letters(ADDRESS)[-1]
    assert not any("Ihr Code" in text for text in letters(ADDRESS))
    assert "Ihr Code" in letters(NEW)[-1]


def test_hashing_costs_the_same_for_a_known_address(
    person: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_account(ADDRESS)
    hashed: list[str] = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))
    person.register(ADDRESS)
    assert hashed == [PASSWORD]


def test_asking_again_for_the_code_tells_nothing(person: Browser, other: Browser) -> None:
    make_account(ADDRESS)
    with time_machine.travel(now(), tick=True) as clock:
        person.register(ADDRESS)
        other.register(NEW)
        clock.shift(timedelta(seconds=60))
        answers = [b.post(CONFIRM, action="resend") for b in (person, other)]
        assert len(letters(NEW)) == 2
        assert len(letters(ADDRESS)) == 1  # no flood of mail to the owner
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]


def test_the_code_counts_only_in_the_browser_that_registered(
    person: Browser, other: Browser
) -> None:
    """Pre-hijacking: the owner of the address is never led into a stranger's registration."""
    other.register(NEW, OTHER)
    code = code_for(NEW)
    response = person.post(CONFIRM, code=code)
    assert response["Location"] == "/konto/anmelden/"
    assert not person.is_inside
    assert not Account.objects.exists()


def test_a_stranger_who_registered_first_gets_nothing(person: Browser, other: Browser) -> None:
    """The owner registers too: one account, with the owner's password, and no other way in."""
    other.register(NEW, OTHER)
    person.register(NEW, PASSWORD)
    person.post(CONFIRM, code=code_for(NEW))
    account = Account.objects.get()
    assert account.user.check_password(PASSWORD)
    assert User.objects.filter(login__startswith="konto-").count() == 1
    other.post(CONFIRM, code="1234-5678")
    other.log_in(NEW, OTHER)
    assert not other.is_inside


def test_an_unconfirmed_registration_opens_nothing(person: Browser, other: Browser) -> None:
    person.register(NEW)
    answer = other.log_in(NEW, PASSWORD)
    assert not other.is_inside
    assert "E-Mail-Adresse oder Passwort stimmen nicht" in answer.content.decode()
    assert person.get("/konto/sicherheit/")["Location"] == "/konto/anmelden/"


def test_an_unconfirmed_registration_dies_after_three_days(person: Browser) -> None:
    make_account(ADDRESS)
    person.register(NEW)
    drop_unconfirmed()
    assert EmailAddress.objects.filter(email=NEW).exists()
    with time_machine.travel(now() + timedelta(days=3, minutes=1)):
        drop_unconfirmed()
    assert not EmailAddress.objects.filter(email=NEW).exists()
    assert Account.objects.count() == 1


def test_a_code_cannot_be_guessed(person: Browser) -> None:
    person.register(NEW)
    right = code_for(NEW)
    for number in range(5):
        person.post(CONFIRM, code=f"{number:08}")
    person.post(CONFIRM, code=right)
    assert not Account.objects.exists()


def test_a_code_grows_old(person: Browser) -> None:
    person.register(NEW)
    right = code_for(NEW)
    with time_machine.travel(now() + timedelta(minutes=31)):
        person.post(CONFIRM, code=right)
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Kurz1!", "zu kurz: 6 Zeichen"),
        ("passwordpassword", "leicht zu erraten"),
        ("qwertzuiop123456", "leicht zu erraten"),
        ("aaaaaaaaaaaaaaaa", "leicht zu erraten"),
        ("basketball12", "leicht zu erraten"),
        ("grietje.janssen", "schnell erraten"),
        ("Grietje.Janssen1", "schnell erraten"),
        ("x" * 1001, "zu lang"),
    ],
)
def test_a_weak_password_is_explained(person: Browser, password: str, why: str) -> None:
    response = person.register("grietje.janssen@example.org", password)
    assert why in response.content.decode()
    assert not User.objects.filter(login__startswith="konto-").exists()


def test_mail_to_one_address_is_limited() -> None:
    from django.core.cache import cache

    for number in range(40):
        cache.clear()  # another process: allauth counts per process
        other = Browser(Client(REMOTE_ADDR=f"203.0.113.{number % 4}"))
        other.post("/konto/passwort-vergessen/", email=NEW)
    assert len(letters(NEW)) == 20


def _bare(page: str) -> str:
    import re

    page = re.sub(r'value="[A-Za-z0-9]{64}"', "", page)
    return re.sub(r"\s+", " ", page)
