"""Changing ways in: only by the owner, only fresh, and the owner hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from rathaus.accounts import devices
from rathaus.accounts.actions.opening import open_account
from rathaus.accounts.models import Account, Authentication
from rathaus.core.clock import now
from rathaus.core.models import Event
from tests.accounts.local.conftest import (
    ADDRESS,
    LOGIN,
    OTHER,
    PASSWORD,
    Browser,
    code_for,
    letters,
    make_account,
)

SECURITY = "/konto/sicherheit/"
EMAIL = "/konto/sicherheit/e-mail/"
CHANGE = "/konto/sicherheit/passwort/"
CONFIRM_SELF = "/konto/sicherheit/bestaetigen/"
RESET = "/konto/passwort-vergessen/"
NEW = "neu@example.org"
SENSITIVE = [EMAIL, f"{CHANGE}neu/", f"{SECURITY}passkey/", f"{SECURITY}app/",
             f"{SECURITY}ersatzcodes/", f"{SECURITY}ersatzcodes/neu/"]  # fmt: skip


@pytest.mark.parametrize("path", [SECURITY, CHANGE, CONFIRM_SELF, *SENSITIVE])
def test_strangers_see_nothing(person: Browser, path: str) -> None:
    assert person.get(path)["Location"] == LOGIN
    assert person.post(path)["Location"] == LOGIN if path != SECURITY else True


@pytest.mark.parametrize("path", SENSITIVE)
def test_sensitive_pages_ask_again_after_a_while(inside: Browser, path: str) -> None:
    with time_machine.travel(now() + timedelta(minutes=16)):
        response = inside.get(path)
        assert response["Location"] == CONFIRM_SELF
        assert inside.post(CONFIRM_SELF, method="password", password=OTHER).status_code == 200
        response = inside.post(CONFIRM_SELF, method="password", password=PASSWORD)
        assert response["Location"] == path


def test_a_change_sent_too_late_changes_nothing(inside: Browser) -> None:
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert inside.post(EMAIL, email=NEW)["Location"] == CONFIRM_SELF
    assert not letters(NEW)


def test_never_stored(inside: Browser) -> None:
    for path in (SECURITY, EMAIL, CHANGE, LOGIN):
        assert "no-store" in inside.get(path)["Cache-Control"], path


# --- password ------------------------------------------------------------------------------


def test_change_password(inside: Browser, other: Browser, account: Account) -> None:
    other.log_in()
    response = inside.post(CHANGE, oldpassword=PASSWORD, password1=OTHER)
    assert response["Location"] == SECURITY
    assert inside.get(SECURITY).status_code == 200
    assert other.get(SECURITY)["Location"] == LOGIN
    assert Authentication.objects.count() == 1
    assert "Ihr Passwort wurde geändert" in letters(ADDRESS)[-1]
    assert Event.objects.filter(chain=account.chain, data__what="password_changed").exists()
    again = Browser(Client())
    again.log_in(ADDRESS, OTHER)
    assert again.is_inside


def test_change_needs_the_old_password(inside: Browser, account: Account) -> None:
    page = inside.post(CHANGE, oldpassword=OTHER, password1=OTHER).content.decode()
    assert "bisherige Passwort stimmt nicht" in page
    account.user.refresh_from_db()
    assert account.user.check_password(PASSWORD)


def test_a_weak_new_password_is_refused(inside: Browser, account: Account) -> None:
    page = inside.post(CHANGE, oldpassword=PASSWORD, password1="harm@example.org").content.decode()
    assert "schnell erraten" in page


def test_forgotten_password(person: Browser, other: Browser, account: Account) -> None:
    other.log_in()
    assert person.post(RESET, email=ADDRESS)["Location"] == f"{RESET}code/"
    assert person.post(f"{RESET}code/", code=code_for(ADDRESS))["Location"] == f"{RESET}neu/"
    assert person.post(f"{RESET}neu/", password1=OTHER)["Location"] == LOGIN
    assert not person.is_inside
    assert other.get(SECURITY)["Location"] == LOGIN
    assert not Authentication.objects.exists()
    assert "neu festgelegt" in letters(ADDRESS)[-1]
    person.log_in(ADDRESS, OTHER)
    assert person.is_inside


def test_the_same_answer_for_an_unknown_address(
    person: Browser, other: Browser, account: Account
) -> None:
    known = person.post(RESET, email=ADDRESS)
    unknown = other.post(RESET, email=NEW)
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    first, second = (b.post(f"{RESET}code/", code="00000000") for b in (person, other))
    assert first.context["form"].errors == second.context["form"].errors
    assert "gibt es aber kein Servicekonto" in letters(NEW)[-1]


def test_a_reset_code_counts_once(person: Browser, account: Account) -> None:
    person.post(RESET, email=ADDRESS)
    code = code_for(ADDRESS)
    person.post(f"{RESET}code/", code=code)
    person.post(f"{RESET}neu/", password1=OTHER)
    assert person.get(f"{RESET}neu/").status_code == 302
    assert person.post(f"{RESET}code/", code=code).status_code == 302
    person.post(f"{RESET}neu/", password1=PASSWORD)
    account.user.refresh_from_db()
    assert account.user.check_password(OTHER)


def test_a_reset_begun_before_the_password_changed_is_over(
    person: Browser, other: Browser, account: Account
) -> None:
    """Somebody who could read the mail for a moment must not keep a way in."""
    other.post(RESET, email=ADDRESS)
    other.post(f"{RESET}code/", code=code_for(ADDRESS))
    person.log_in()
    person.post(CHANGE, oldpassword=PASSWORD, password1=OTHER)
    other.post(f"{RESET}neu/", password1="Möwe klaut mein Fischbrötchen")
    account.user.refresh_from_db()
    assert account.user.check_password(OTHER)


def test_a_reset_counts_only_in_the_browser_that_asked(
    person: Browser, other: Browser, account: Account
) -> None:
    person.post(RESET, email=ADDRESS)
    assert other.post(f"{RESET}code/", code=code_for(ADDRESS))["Location"] == LOGIN
    assert other.post(f"{RESET}neu/", password1=OTHER).status_code == 302
    account.user.refresh_from_db()
    assert account.user.check_password(PASSWORD)


def test_a_reset_for_an_unconfirmed_registration_opens_nothing(
    person: Browser, other: Browser
) -> None:
    other.register(NEW)
    person.post(RESET, email=NEW)
    assert "kein Servicekonto" in letters(NEW)[-1]


# --- address -------------------------------------------------------------------------------


def test_change_address(inside: Browser, account: Account) -> None:
    assert inside.post(EMAIL, email=NEW)["Location"] == "/konto/bestaetigen/"
    assert EmailAddress.objects.get(user=account.user).email == ADDRESS
    inside.post("/konto/bestaetigen/", code=code_for(NEW))
    row = EmailAddress.objects.get(user=account.user)
    assert (row.email, row.verified, row.primary) == (NEW, True, True)
    account.refresh_from_db()
    assert account.contact_email == NEW
    assert "wurde geändert" in letters(ADDRESS)[-1]
    assert NEW not in letters(ADDRESS)[-1]
    assert Event.objects.filter(chain=account.chain, data__what="email_changed").exists()


def test_an_address_of_somebody_else_cannot_be_taken(inside: Browser, account: Account) -> None:
    """The page says nothing; only who reads that mailbox learns that it is taken."""
    make_account(NEW)
    assert inside.post(EMAIL, email=NEW)["Location"] == "/konto/bestaetigen/"
    page = inside.post("/konto/bestaetigen/", code=code_for(NEW)).content.decode()
    assert "gehört schon zu einem anderen Konto" in page
    assert EmailAddress.objects.get(user=account.user).email == ADDRESS


def test_other_buttons_of_the_library_do_not_exist(inside: Browser, account: Account) -> None:
    for action in ("action_remove", "action_primary", "action_send"):
        inside.post(EMAIL, email=ADDRESS, **{action: "1"})
    assert EmailAddress.objects.get(user=account.user).email == ADDRESS


def test_an_account_of_a_linked_log_in_gets_a_password(person: Browser) -> None:
    from rathaus.accounts.adapter import local_proof

    account = open_account(actor=None, language="de", first_names="Antje")
    _enter(person, account, local_proof("eID"))
    assert person.get(f"{CHANGE}neu/")["Location"] == EMAIL
    person.post(EMAIL, email=NEW)
    person.post("/konto/bestaetigen/", code=code_for(NEW))
    person.post(f"{CHANGE}neu/", password1=OTHER)
    again = Browser(Client())
    again.log_in(NEW, OTHER)
    assert again.is_inside
    assert Account.objects.count() == 1


def _enter(person: Browser, account: Account, proof: object) -> None:
    """As a log-in at another account system does."""
    from django.contrib.auth.models import AnonymousUser
    from django.test import RequestFactory

    from rathaus.accounts import signing
    from tests.accounts.local.conftest import COOKIE

    request = RequestFactory().get("/")
    request.session = SessionStore()
    request.user = AnonymousUser()
    signing.sign_in(request, account, proof)  # type: ignore[arg-type]
    request.session.save()
    person.client.cookies[COOKIE] = request.session.session_key or ""


# --- devices -------------------------------------------------------------------------------

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
IPHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
          "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1")  # fmt: skip


def test_devices_in_plain_words_and_ended_one_by_one(account: Account) -> None:
    here, phone = Browser(Client(HTTP_USER_AGENT=FIREFOX)), Browser(Client(HTTP_USER_AGENT=IPHONE))
    here.log_in()
    phone.log_in()
    found = here.get(SECURITY).context["devices"]
    assert [(d.name, d.is_current) for d in found] == [
        ("Firefox auf Windows", True),
        ("Safari auf iPhone", False),
    ]
    here.post(f"{SECURITY}geraete/{found[1].id}/")
    assert phone.get(SECURITY)["Location"] == LOGIN
    assert here.get(SECURITY).status_code == 200


def test_all_others_at_once(inside: Browser, account: Account) -> None:
    phones = [Browser(Client(HTTP_USER_AGENT=IPHONE)) for _ in range(2)]
    for phone in phones:
        phone.log_in()
    inside.post(f"{SECURITY}geraete/")
    assert all(phone.get(SECURITY)["Location"] == LOGIN for phone in phones)
    assert inside.get(SECURITY).status_code == 200
    assert Authentication.objects.count() == 1


def test_nobody_ends_the_log_in_of_others(inside: Browser, other: Browser) -> None:
    second = make_account("zwei@example.org")
    other.log_in("zwei@example.org")
    theirs = devices.of(second, current_key="")[0]
    inside.post(f"{SECURITY}geraete/{theirs.id}/")
    assert other.get(SECURITY).status_code == 200


def test_ended_log_ins_are_forgotten_and_no_address_is_kept(
    inside: Browser, other: Browser, account: Account
) -> None:
    other.log_in()
    rows = UserSession.objects.filter(user=account.user)
    assert rows.count() == 2
    assert not {row.ip for row in rows} & {"127.0.0.1", "198.51.100.7"}
    assert len({row.ip for row in rows}) == 2
    SessionStore().delete(other.session.session_key)
    devices.drop_ended()
    assert [row.session_key for row in rows.all()] == [inside.session.session_key]


@pytest.mark.parametrize("sent", ["", "garbage", "198.51.100.7, x", "::1", "\x00"])
def test_a_strange_sender_can_still_log_in(account: Account, sent: str) -> None:
    one = Browser(Client(HTTP_X_FORWARDED_FOR=sent))
    one.log_in()
    assert one.is_inside


@pytest.mark.parametrize(
    ("agent", "words"),
    [("", "Unbekanntes Gerät"), ("curl/8", "Unbekanntes Gerät"), ("Linux", "Linux")],
)
def test_unknown_devices(agent: str, words: str) -> None:
    assert devices.describe(agent) == words
