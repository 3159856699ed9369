"""Logging in and out with a password."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from rathaus.accounts.models import Account, Authentication
from rathaus.portal import grants
from rathaus.portal.views.area.guard import AFTER_LOGIN
from rathaus.proceedings.models import Draft
from tests.accounts.local.conftest import ADDRESS, COOKIE, LOGIN, OTHER, PASSWORD, Browser


def test_password_gives_level_basic(person: Browser, account: Account) -> None:
    person.log_in()
    assert person.is_inside
    proof = Authentication.objects.get(account=account)
    assert (proof.source, proof.method, proof.level) == ("local", "password", 1)


@pytest.mark.parametrize(
    ("email", "password"),
    [(ADDRESS, OTHER), ("niemand@example.org", OTHER), (ADDRESS, ""), ("kein-at", OTHER)],
)
def test_what_is_wrong_stays_outside(
    person: Browser, account: Account, email: str, password: str
) -> None:
    response = person.log_in(email, password)
    assert response.status_code == 200
    assert "rh-errors" in response.content.decode()
    assert not person.is_inside


def test_the_same_words_for_known_and_unknown(person: Browser, account: Account) -> None:
    known = person.log_in(ADDRESS, OTHER).context["form"].errors
    unknown = person.log_in("niemand@example.org", OTHER).context["form"].errors
    assert known == unknown


@pytest.mark.parametrize("email", [ADDRESS, "niemand@example.org"])
def test_one_hash_for_known_and_unknown(
    person: Browser, account: Account, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    real = MD5PasswordHasher.encode

    def count(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return real(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    person.log_in(email, OTHER)
    assert hashed == [OTHER]


def test_the_session_gets_a_new_key(person: Browser, account: Account) -> None:
    """Fixation: a key somebody planted before the log-in is worth nothing after it."""
    session = SessionStore()
    session["here"] = "before"
    session.save()
    person.client.cookies[COOKIE] = session.session_key or ""
    planted = session.session_key
    person.log_in()
    assert person.is_inside
    assert person.session.session_key != planted
    attacker = Browser(Client())
    attacker.client.cookies[COOKIE] = planted or ""
    assert not attacker.is_inside
    assert attacker.get("/konto/sicherheit/")["Location"] == LOGIN


def test_guessing_is_slowed_down_for_all_processes(person: Browser, account: Account) -> None:
    """allauth counts per process; our own count is in the database."""
    from django.core.cache import cache

    for _ in range(10):
        cache.clear()  # another process
        person.log_in(ADDRESS, OTHER)
    cache.clear()
    response = person.log_in()
    assert not person.is_inside
    assert "Zu viele Versuche" in response.content.decode()


def test_nobody_locks_others_out_from_elsewhere(
    person: Browser, other: Browser, account: Account
) -> None:
    from django.core.cache import cache

    for _ in range(12):
        cache.clear()
        other.log_in(ADDRESS, OTHER)
    cache.clear()
    person.log_in()
    assert person.is_inside


@pytest.mark.parametrize("name", ["next", "redirect", "redirect_to", "url"])
@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/konto/profil/"])
def test_no_target_from_outside(person: Browser, account: Account, name: str, where: str) -> None:
    """In June 2024 log-ins to 300 municipalities ended on a foreign page: never follow one."""
    page = person.get(f"{LOGIN}?{name}={where}").content.decode()
    assert "evil.example" not in page
    fields = {"login": ADDRESS, "password": PASSWORD, name: where}
    response = person.client.post(f"{LOGIN}?{name}={where}", fields)
    assert person.is_inside
    assert where not in response["Location"]


def test_back_to_the_page_we_noted(person: Browser, account: Account) -> None:
    assert person.get("/konto/sicherheit/")["Location"] == LOGIN
    assert person.session[AFTER_LOGIN]["view"] in {"mfa_index", "portal:security"}
    assert person.log_in()["Location"] == "/konto/sicherheit/"
    assert AFTER_LOGIN not in person.session


def test_signing_out_ends_everything(inside: Browser, account: Account) -> None:
    key = inside.session.session_key
    response = inside.post("/konto/abmelden/")
    assert response["Location"] == LOGIN
    assert not Authentication.objects.exists()
    again = Browser(Client())
    again.client.cookies[COOKIE] = key or ""
    assert not again.is_inside


def test_signing_out_needs_a_post(inside: Browser) -> None:
    assert inside.get("/konto/abmelden/").status_code == 405
    assert inside.is_inside


def test_signing_out_needs_the_token(account: Account) -> None:
    strict = Browser(Client(enforce_csrf_checks=True))
    assert strict.post("/konto/abmelden/").status_code == 403
    assert strict.log_in().status_code == 403


def test_a_closed_account_stays_shut(person: Browser, account: Account) -> None:
    from rathaus.core.clock import now

    Account.objects.update(closed_at=now())
    person.log_in()
    assert not person.is_inside


def test_the_header_tells_who_is_there(person: Browser, account: Account) -> None:
    page = person.get("/").content.decode()
    assert 'href="/konto/anmelden/"' in page
    assert "/konto/abmelden/" not in page
    person.log_in()
    page = person.get("/").content.decode()
    assert page.count('action="/konto/abmelden/"') == 2
    person.post("/konto/abmelden/")
    assert "/konto/abmelden/" not in person.get("/").content.decode()


def test_without_cookie_no_query_for_the_session(
    person: Browser, account: Account, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    person.get("/hilfe/")
    with CaptureQueriesContext(connection) as caught:
        person.get("/hilfe/")
    assert not [q for q in caught if "session" in q["sql"] or "core_user" in q["sql"]]


@pytest.mark.parametrize(
    "path",
    [
        "/konto/login/", "/konto/signup/", "/konto/inactive/", "/konto/password/reset/",
        "/konto/2fa/", "/accounts/login/", "/konto/login/code/",
    ],
)  # fmt: skip
def test_pages_of_the_library_we_do_not_use_do_not_exist(person: Browser, path: str) -> None:
    assert person.get(path).status_code == 404


def test_signing_out_takes_the_drafts_of_the_account_along(
    person: Browser, account: Account
) -> None:
    """On a shared computer nobody opens what belongs to the account afterwards."""
    for _ in range(2):
        person.client.post("/antrag/beginnen/hund-anmelden/")
    owned, free = Draft.objects.order_by("pk")
    Draft.objects.filter(pk=owned.pk).update(account=account)
    person.log_in()
    person.post("/konto/abmelden/")
    assert person.get(f"/antrag/{owned.public_id}/").status_code != 200
    assert person.get(f"/antrag/{free.public_id}/")["Location"].startswith("/antrag/")
    granted = grants._parse(person.client.cookies[grants.NAME].value)
    assert [grant.id for grant in granted] == [free.public_id]
