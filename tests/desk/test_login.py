"""Signing in: neutral, slow for guessers, over after a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client, override_settings
from lxml import html

from rathaus.core.clock import now
from rathaus.core.models import User
from rathaus.desk import entry
from rathaus.desk.views.login import TRIES_PER_LOGIN
from tests.desk.conftest import SignIn
from tests.desk.making import PASSWORD, person, taken
from tests.support.desk import code_of, with_app
from tests.support.desk import sign_in as sign_in_here

LOGIN = "/arbeit/anmelden/"
BASKET = "/arbeit/"


CODE = "/arbeit/anmelden/code/"


@pytest.fixture(autouse=True)
def _factors() -> None:
    """Insa Cordes has an app, so that these tests are about the password."""
    for login in ("insa.cordes", "renko.folkerts"):
        with_app(person(login))


def enter(client: Client, login: str = "insa.cordes", password: str = PASSWORD):
    return client.post(LOGIN, {"login": login, "password": password})


def enter_fully(client: Client, login: str = "insa.cordes"):
    assert enter(client, login).status_code == 302
    return client.post(CODE, {"code": code_of(person(login))})


def test_the_right_password_opens_the_basket_with_a_new_session(client: Client) -> None:
    client.get(LOGIN)
    session = client.session
    session["before"] = "x"
    session.save()
    before = session.session_key
    response = enter(client)
    assert (response.status_code, response["Location"]) == (302, CODE)
    between = client.session.session_key
    assert client.get(BASKET).status_code == 302
    response = client.post(CODE, {"code": code_of(person("insa.cordes"))})
    assert (response.status_code, response["Location"]) == (302, BASKET)
    assert len({before, between, client.session.session_key}) == 3
    assert client.get(BASKET).status_code == 200


def test_login_names_forgive_case_and_blanks(client: Client) -> None:
    assert enter(client, login="  Insa.Cordes ").status_code == 302


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("insa.cordes", "falsch"),
        ("gibt.es.nicht", PASSWORD),
        ("insa.cordes", ""),
        ("", PASSWORD),
        ("insa\x00.cordes", PASSWORD),
        ("insa.cordes", "x" * 100_000),
        ("resident@example.org", PASSWORD),
    ],
)
def test_every_mistake_gives_the_same_answer(client: Client, login: str, password: str) -> None:
    User.objects.create_user("resident@example.org", PASSWORD)
    response = enter(client, login=login, password=password)
    assert response.status_code == 422
    text = response.content.decode()
    assert "Benutzername oder Kennwort stimmen nicht" in text
    assert client.get(BASKET).status_code == 302


def test_guessing_is_stopped_for_the_name_and_the_right_password_too(client: Client) -> None:
    for _ in range(TRIES_PER_LOGIN):
        assert enter(client, password="falsch").status_code == 422
    assert enter(client).status_code == 429
    assert enter(client, login="renko.folkerts").status_code == 302


def test_trying_many_names_from_one_address_is_stopped(client: Client) -> None:
    codes = {enter(client, login=f"name{n}", password="x").status_code for n in range(65)}
    assert codes == {422, 429}


def test_a_whole_town_hall_logs_in_from_one_address(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rathaus.desk.views.login.TRIES_PER_ADDRESS", 3)
    for _ in range(5):
        assert enter(client).status_code == 302
    for _ in range(3):
        assert enter(client, password="falsch").status_code == 422
    assert enter(client, login="renko.folkerts").status_code == 429


def test_signing_in_forgets_the_mistakes_before(client: Client) -> None:
    for _ in range(2):
        for _ in range(TRIES_PER_LOGIN - 1):
            enter(client, password="falsch")
        assert enter(client).status_code == 302
        client.logout()


@pytest.mark.parametrize(
    "target", ["https://evil.example/arbeit/", "//evil.example", "/arbeit/suche/"]
)
def test_no_address_of_the_request_says_where_one_lands(client: Client, target: str) -> None:
    client.get(f"{LOGIN}?next={target}")
    assert client.post(f"{LOGIN}?next={target}", {"login": "insa.cordes", "password": PASSWORD,
                                                  "next": target}).status_code == 302  # fmt: skip
    response = client.post(
        f"{CODE}?next={target}", {"code": code_of(person("insa.cordes")), "next": target}
    )
    assert response["Location"] == BASKET


def test_the_page_that_was_wanted_comes_after_the_log_in(client: Client) -> None:
    response = client.get("/arbeit/akten/?alles=1")
    assert response["Location"] == LOGIN
    assert enter_fully(client)["Location"] == "/arbeit/akten/?alles=1"


@pytest.mark.parametrize("forged", ["/arbeit/akten/", "https://evil.example", "x:y:z", ""])
def test_a_wanted_page_that_we_did_not_sign_counts_nothing(client: Client, forged: str) -> None:
    client.cookies[entry.WANTED] = forged
    assert enter_fully(client)["Location"] == BASKET


@override_settings(RATHAUS_DESK_IDLE_MINUTES=30)
def test_after_a_break_one_signs_in_again(sign_in: SignIn) -> None:
    client, start = sign_in("insa.cordes"), now()
    with time_machine.travel(start + timedelta(minutes=29), tick=False):
        assert client.get(BASKET).status_code == 200
    with time_machine.travel(start + timedelta(minutes=58), tick=False):
        assert client.get(BASKET).status_code == 200
    with time_machine.travel(start + timedelta(minutes=89), tick=False):
        response = client.get(BASKET, follow=True)
        assert "nicht aktiv" in response.content.decode()
        assert client.get(BASKET).status_code == 302


def test_signing_out_ends_the_session(trade: Client) -> None:
    assert trade.get("/arbeit/abmelden/").status_code == 405
    trade.post("/arbeit/abmelden/")
    assert trade.get(BASKET).status_code == 302


def test_the_password_is_changed_and_other_sessions_end(sign_in: SignIn) -> None:
    here, elsewhere = sign_in("insa.cordes"), sign_in("insa.cordes")
    new = "vier Torfkähne im Nebel"
    response = here.post("/arbeit/kennwort/", {"old": PASSWORD, "new": new, "again": new})
    assert response.status_code == 302
    assert here.get(BASKET).status_code == 200
    assert elsewhere.get(BASKET).status_code == 302
    assert person("insa.cordes").user.check_password(new)


@pytest.mark.parametrize(
    ("old", "new", "again", "message"),
    [
        ("falsch", "vier Torfkähne im Nebel", "vier Torfkähne im Nebel", "bisherige Kennwort"),
        (PASSWORD, "vier Torfkähne im Nebel", "fünf", "verschieden"),
        (PASSWORD, "kurz", "kurz", "kurz"),
        (PASSWORD, "insa.cordes1", "insa.cordes1", "Namen"),
        (PASSWORD, "x" * 2000, "x" * 2000, "zu lang"),
    ],
)
def test_weak_or_mistyped_passwords_are_refused(
    trade: Client, old: str, new: str, again: str, message: str
) -> None:
    response = trade.post("/arbeit/kennwort/", {"old": old, "new": new, "again": again})
    assert response.status_code == 422
    assert message in response.content.decode()
    assert person("insa.cordes").user.check_password(PASSWORD)


def kept_of(response) -> dict[str, str]:
    """What the page gives back for sending once more."""
    page = html.fromstring(response.content.decode())
    form = page.xpath("//form[.//button[contains(., 'Noch einmal senden')]]")[0]
    assert form.get("action")
    fields = form.xpath(".//input[@type='hidden'][@name != 'csrfmiddlewaretoken']")
    return {field.get("name"): field.get("value") for field in fields}


@override_settings(RATHAUS_DESK_IDLE_MINUTES=30)
def test_what_was_written_survives_a_break(sign_in: SignIn) -> None:
    """A letter takes longer than the log-in lasts: it comes back and can be sent after all."""
    client, application = sign_in("eilert.janssen"), taken()
    path = f"/arbeit/vorgang/{application.public_id}/nachricht/"
    letter = {"message": 'Guten Tag,\n\nbitte rufen Sie an <"dringend">.'}
    with time_machine.travel(now() + timedelta(minutes=40), tick=False):
        response = client.post(path, letter)
        assert response.status_code == 403
        assert "nicht aktiv" in response.content.decode()
        assert kept_of(response) == letter
        assert not application.messages.exists()
        sign_in_here(client, person("eilert.janssen").user)
        assert client.post(path, kept_of(response)).status_code == 302
    assert application.messages.get().text == letter["message"]


def test_what_was_written_survives_a_log_in_in_another_window(sign_in: SignIn) -> None:
    """Logging in changes the token against forged forms: open windows still have the old one."""
    signed_in, application = sign_in("eilert.janssen"), taken()
    path = f"/arbeit/vorgang/{application.public_id}/nachricht/"
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies
    letter = {"message": "Guten Tag, bitte rufen Sie an.", "password": "streng geheim hier"}
    foreign = strict.post(path, letter, headers={"origin": "https://evil.example"})
    assert "bitte rufen" not in foreign.content.decode()
    response = strict.post(path, letter, headers={"origin": "http://testserver"})
    assert response.status_code == 403
    assert kept_of(response) == {"message": letter["message"]}
