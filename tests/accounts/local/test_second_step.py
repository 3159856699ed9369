"""Codes from an app and recovery codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import TestCase

from rathaus.accounts import factors
from rathaus.accounts.actions import recovery
from rathaus.accounts.models import Account, Authentication
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.models import Event
from tests.accounts.local.conftest import (
    ADDRESS,
    OTHER,
    Browser,
    code_for,
    letters,
    make_account,
)

APP = "/konto/sicherheit/app/"
CODES = "/konto/sicherheit/ersatzcodes/"
STEP = "/konto/anmelden/code/"
Clock = Any


def code_of(secret: str, *, shift: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(now().timestamp()) // 30 + shift)))


def switch_on(one: Browser) -> tuple[str, list[str]]:
    """The secret of the app, and the recovery codes."""
    secret = one.get(APP).context["form"].secret
    with TestCase.captureOnCommitCallbacks(execute=True):
        response = one.post(APP, code=code_of(secret))
    assert response["Location"] == CODES
    return secret, one.get(CODES).context["codes"]


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(now(), tick=False) as coordinates:
        yield coordinates


def test_the_page_shows_picture_and_key(inside: Browser) -> None:
    response = inside.get(APP)
    page = response.content.decode()
    assert "<svg" in page
    assert response.context["form"].secret in page.replace(" ", "")
    assert "style=" not in page


def test_after_the_password_a_code(
    inside: Browser, other: Browser, account: Account, clock: Clock
) -> None:
    secret, codes = switch_on(inside)
    assert len(codes) == 10
    assert "eingeschaltet" in letters(ADDRESS)[-1]
    assert other.log_in()["Location"] == STEP
    assert not other.is_inside
    clock.shift(timedelta(seconds=61))
    other.post(STEP, code=code_of(secret))
    assert other.is_inside
    methods = Authentication.objects.values_list("method", flat=True)
    assert set(methods) == {"password", "password+totp"}


def test_the_secret_is_sealed_in_the_database(inside: Browser, clock: Clock) -> None:
    secret, codes = switch_on(inside)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in codes)


def test_a_code_counts_once_for_all_processes(
    inside: Browser, other: Browser, account: Account, clock: Clock
) -> None:
    secret, _codes = switch_on(inside)
    clock.shift(timedelta(seconds=61))
    code = code_of(secret)
    other.log_in()
    other.post(STEP, code=code)
    assert other.is_inside
    other.post("/konto/abmelden/")
    cache.clear()  # another process: allauth remembers used codes in memory
    clock.shift(timedelta(seconds=29))  # and forgets them before they are over
    other.log_in()
    other.post(STEP, code=code)
    assert not other.is_inside


def test_the_code_that_switched_it_on_is_spent(
    inside: Browser, other: Browser, clock: Clock
) -> None:
    secret, _codes = switch_on(inside)
    other.log_in()
    other.post(STEP, code=code_of(secret))
    assert not other.is_inside


def test_codes_cannot_be_guessed(
    inside: Browser, other: Browser, account: Account, clock: Clock
) -> None:
    secret, _codes = switch_on(inside)
    other.log_in()
    clock.shift(timedelta(seconds=61))
    right = code_of(secret)
    for number in range(10):
        cache.clear()
        other.client.defaults["REMOTE_ADDR"] = f"203.0.113.{number}"
        other.post(STEP, code=f"{number:06}")
    page = other.post(STEP, code=right).content.decode()
    assert "Zu viele Versuche" in page
    assert not other.is_inside
    clock.shift(timedelta(minutes=15))
    other.log_in()
    other.post(STEP, code=code_of(secret))
    assert other.is_inside


def test_a_recovery_code_counts_once(inside: Browser, other: Browser, clock: Clock) -> None:
    _secret, codes = switch_on(inside)
    other.log_in()
    other.post(STEP, code=codes[0])
    assert other.is_inside
    other.post("/konto/abmelden/")
    other.log_in()
    other.post(STEP, code=codes[0])
    assert not other.is_inside
    other.post(STEP, code=codes[1])
    assert other.is_inside


def test_recovery_codes_are_shown_once(inside: Browser, clock: Clock) -> None:
    _secret, codes = switch_on(inside)
    page = inside.get(CODES).content.decode()
    assert not any(code in page for code in codes)
    file = inside.get(f"{CODES}datei/")
    assert codes[3] in file.content.decode()
    assert "attachment" in file["Content-Disposition"]
    assert file["Cache-Control"] == "no-store, private"
    clock.shift(timedelta(minutes=11))
    assert inside.get(f"{CODES}datei/").status_code == 404


def test_new_recovery_codes_end_the_old_ones(inside: Browser, other: Browser, clock: Clock) -> None:
    _secret, codes = switch_on(inside)
    inside.post(f"{CODES}neu/")
    fresh = inside.get(CODES).context["codes"]
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    other.log_in()
    other.post(STEP, code=codes[0])
    assert not other.is_inside
    other.post(STEP, code=fresh[0])
    assert other.is_inside


def test_switching_off(inside: Browser, other: Browser, account: Account) -> None:
    switch_on(inside)
    assert inside.get(f"{APP}aus/").status_code == 200
    inside.post(f"{APP}aus/")
    assert not Authenticator.objects.exists()
    assert "ausgeschaltet" in letters(ADDRESS)[-1]
    other.log_in()
    assert other.is_inside


def test_the_second_step_belongs_to_the_browser_that_gave_the_password(
    inside: Browser, other: Browser, clock: Clock
) -> None:
    secret, _codes = switch_on(inside)
    clock.shift(timedelta(seconds=61))
    assert other.post(STEP, code=code_of(secret))["Location"] == "/konto/anmelden/"
    assert not other.is_inside


def test_spending_is_per_person(account: Account) -> None:
    from tests.accounts.local.conftest import make_account

    second = make_account("zwei@example.org")
    assert factors.spend_code(account.user, "123456")
    assert factors.spend_code(second.user, "123456")
    assert not factors.spend_code(account.user, "123 456")


def test_the_counter_helps_who_lost_everything(
    inside: Browser, other: Browser, account: Account, clock: Clock
) -> None:
    switch_on(inside)
    actor = Actor.staff("", "Insa Cordes")
    recovery.switch_off_second_step(account=recovery.find(ADDRESS), actor=actor)
    assert inside.get("/konto/sicherheit/")["Location"] == "/konto/anmelden/"
    assert "ausgeschaltet" in letters(ADDRESS)[-1]
    other.log_in()
    assert other.is_inside
    event = Event.objects.get(chain=account.chain, data__what="totp_removed_at_counter")
    assert event.actor_label == "Insa Cordes"
    with pytest.raises(recovery.NoSecondStep):
        recovery.switch_off_second_step(account=account, actor=actor)
    with pytest.raises(recovery.NoSecondStep):
        recovery.find("niemand@example.org")


def test_the_command_for_the_counter(
    inside: Browser, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    from rathaus.cli import main

    switch_on(inside)
    for nobody in ("", "  ", "-"):
        with pytest.raises(SystemExit) as refused:
            main(["account", "unlock", ADDRESS, f"--by={nobody}"])
        assert refused.value.code == 2
        assert "name the person" in capsys.readouterr().err
    assert main(["account", "unlock", ADDRESS, "--by", "Insa Cordes"]) == 0
    assert main(["account", "unlock", ADDRESS, "--by", "Insa Cordes"]) == 1
    capsys.readouterr()
    assert main(["account", "unlock", ADDRESS, "--by", "Insa Cordes", "--json"]) == 1
    assert capsys.readouterr().out.strip() == '{"unlocked": false}'


def test_whoever_lost_the_mailbox_gets_in_again_with_another_address(
    inside: Browser, other: Browser, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    from rathaus.cli import main

    new, by = "harm@neu.example", ["--by", "Insa Cordes"]
    make_account("zwei@example.org")
    assert main(["account", "address", "niemand@example.org", new, *by]) == 1
    assert main(["account", "address", "99.99/2026-0001", new, *by]) == 1
    assert main(["account", "address", ADDRESS, "kein Postfach", *by]) == 2
    assert main(["account", "address", ADDRESS, "zwei@example.org", *by]) == 1
    assert inside.is_inside and "meldet sich schon jemand an" in capsys.readouterr().err
    assert main(["account", "address", ADDRESS, new.upper(), *by]) == 0
    assert inside.get("/konto/sicherheit/")["Location"] == "/konto/anmelden/"
    assert "alte Adresse" in letters(ADDRESS)[-1]
    assert "passwort-vergessen" in letters(new)[-1]
    other.log_in(ADDRESS)
    other.log_in(new)
    assert not other.is_inside, "the old password is worth nothing"
    other.post("/konto/passwort-vergessen/", email=new)
    other.post("/konto/passwort-vergessen/code/", code=code_for(new))
    other.post("/konto/passwort-vergessen/neu/", password1=OTHER)
    other.log_in(new, OTHER)
    assert other.is_inside
    account.refresh_from_db()
    assert account.contact_email == new
    event = Event.objects.get(chain=account.chain, data__what="address_given_at_counter")
    assert event.actor_label == "Insa Cordes"
