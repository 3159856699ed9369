"""The town's directory: groups become roles, and leaving the groups means being out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from django.test import Client

from rathaus.accounts import flow
from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import GroupRole, Returned, Verified
from rathaus.accounts.staff import factors
from rathaus.core import clock
from rathaus.core.models import Event, User
from rathaus.desk.webdav import passwords
from rathaus.organisation import actions, queries
from rathaus.organisation.models import StaffMember
from tests.accounts.oidc.provider import ISSUER, Provider, source_of
from tests.desk.conftest import SignIn
from tests.desk.making import PASSWORD, acting, person
from tests.support.desk import code_of, with_app
from tests.support.logins import FakeSource

START, BACK = "/arbeit/anmelden/verzeichnis/", "/arbeit/rueckkehr/verzeichnis/"
DESK, LOGIN = "/arbeit/", "/arbeit/anmelden/"
GROUPS = {
    "rathaus-standesamt": {"office": "standesamt", "role": "clerk"},
    "rathaus-leitung": [
        {"office": "standesamt", "role": "head"},
        {"office": "buergerbuero", "role": "head"},
    ],
    "rathaus-aufgeloest": {"office": "gibt-es-nicht", "role": "clerk"},
}


@pytest.fixture
def provider() -> Provider:
    """The directory; tests tell it what to say."""
    return Provider()


@pytest.fixture(autouse=True)
def directory(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[None]:
    """The town is connected with it."""
    settings.BASE_URL = "http://testserver"
    source = source_of(
        provider,
        tmp_path,
        key="verzeichnis",
        label="Verzeichnis der Stadt",
        audience="staff",
        levels={},
        groups=GROUPS,
    )
    made = config.Configuration(sources=(source,))
    monkeypatch.setattr(config, "load", lambda: made)
    yield


def says(provider: Provider, **claims: Any) -> None:
    """What the directory says about whoever logs in next."""
    provider.claims = lambda found: found.update(claims)
    provider.subject = claims.get("sub", provider.subject)


def come(client: Client, provider: Provider, **changes: str) -> Any:
    """The whole way: button, log-in there, back, and the next page of ours."""
    departure = client.post(START)
    assert departure.status_code == 302, departure.content.decode()[:500]
    question = dict(parse_qsl(urlsplit(departure["Location"]).query))
    assert question["redirect_uri"] == f"http://testserver{BACK}"
    code = f"code-{len(provider.asked)}-{question['state'][:8]}"
    provider.codes[code] = question
    answer = {"state": question["state"], "code": code, "iss": ISSUER, **changes}
    back = client.get(f"{BACK}?{urlencode(answer)}")
    if back.status_code != 303:
        return back
    return client.get(back["Location"])


def roles(staff: StaffMember) -> set[tuple[str, str, str]]:
    return set(staff.memberships.values_list("office__key", "role", "source"))


def newcomer() -> StaffMember:
    return StaffMember.objects.select_related("user").get(directory="verzeichnis")


def test_who_is_in_a_group_gets_access_and_its_roles(client: Client, provider: Provider) -> None:
    says(provider, groups=["rathaus-standesamt", "alle"], amr=["pwd", "mfa"])
    assert come(client, provider)["Location"] == DESK
    assert client.get(DESK).status_code == 200
    staff = newcomer()
    assert staff.name == "Tjarko Gerdes"
    assert roles(staff) == {("standesamt", "clerk", "verzeichnis")}
    assert not staff.user.has_usable_password()
    events = set(Event.objects.values_list("type", flat=True))
    assert {"organisation.staff_created", "organisation.directory_linked",
            "organisation.role_granted"} <= events  # fmt: skip


@pytest.mark.parametrize(
    "groups", [[], ["alle"], ["rathaus-aufgeloest"], None, 5, "Rathaus-Standesamt"]
)
def test_who_is_in_no_group_gets_nothing(
    client: Client, provider: Provider, groups: object
) -> None:
    before = StaffMember.objects.count()
    says(provider, groups=groups, amr=["mfa"])
    response = come(client, provider)
    assert response.status_code == 403
    assert "keiner Gruppe" in response.content.decode()
    assert client.get(DESK).status_code == 302
    assert StaffMember.objects.count() == before


def test_roles_follow_the_groups_at_each_log_in(provider: Provider) -> None:
    says(provider, groups=["rathaus-leitung"], amr=["mfa"])
    come(Client(), provider)
    staff = newcomer()
    office = queries.office("gewerbeamt")
    actions.grant_role(staff=staff, office=office, role="clerk", actor=acting(staff))
    says(provider, groups=["rathaus-standesamt"], amr=["mfa"], family_name="Gerdes-Behn")
    come(Client(), provider)
    assert roles(staff) == {("standesamt", "clerk", "verzeichnis"), ("gewerbeamt", "clerk", "")}
    assert newcomer().last_name == "Gerdes-Behn"
    assert StaffMember.objects.filter(directory="verzeichnis").count() == 1
    ended = [event.data for event in Event.objects.filter(type="organisation.role_revoked")]
    assert {(row["office"], row["role"], row["source"]) for row in ended} == {
        ("standesamt", "head", "verzeichnis"), ("buergerbuero", "head", "verzeichnis"),
    }  # fmt: skip


def test_who_left_all_groups_is_out_everywhere(provider: Provider) -> None:
    inside, again = Client(), Client()
    says(provider, groups=["rathaus-standesamt"], amr=["mfa"])
    come(inside, provider)
    assert inside.get(DESK).status_code == 200
    says(provider, groups=[], amr=["mfa"])
    assert come(again, provider).status_code == 403
    assert roles(newcomer()) == set()
    assert inside.get(DESK).status_code == 302
    assert again.get(DESK).status_code == 302


def test_an_access_closed_here_is_closed_whatever_the_directory_says(
    client: Client, provider: Provider
) -> None:
    says(provider, groups=["rathaus-standesamt"], amr=["mfa"])
    come(Client(), provider)
    actions.deactivate_staff(staff=newcomer(), actor=acting(newcomer()))
    assert come(client, provider).status_code == 403
    assert client.get(DESK).status_code == 302


def test_without_second_factor_there_ours_is_asked_for(client: Client, provider: Provider) -> None:
    says(provider, groups=["rathaus-standesamt"], amr=["pwd"])
    assert come(client, provider)["Location"] == "/arbeit/anmelden/einrichten/"
    assert client.get(DESK).status_code == 302
    with_app(newcomer())
    later = Client()
    assert come(later, provider)["Location"] == "/arbeit/anmelden/code/"
    later.post("/arbeit/anmelden/code/", {"code": code_of(newcomer())})
    assert later.get(DESK).status_code == 200


def test_the_same_e_mail_is_nobody_known(client: Client, provider: Provider) -> None:
    fenna = person("fenna.wilken")
    fenna.email = "tjarko@example.org"
    fenna.save()
    says(provider, groups=["rathaus-standesamt"], amr=["mfa"], email="tjarko@example.org")
    come(client, provider)
    assert newcomer().pk != fenna.pk
    assert person("fenna.wilken").directory == ""


def test_the_answer_counts_only_in_the_browser_that_asked(provider: Provider) -> None:
    """Log-in CSRF: an attacker's answer, slipped to somebody else."""
    attacker, victim = Client(), Client()
    departure = attacker.post(START)
    question = dict(parse_qsl(urlsplit(departure["Location"]).query))
    provider.codes["code"] = question
    answer = urlencode({"state": question["state"], "code": "code", "iss": ISSUER})
    says(provider, groups=["rathaus-standesamt"], amr=["mfa"])
    assert victim.get(f"{BACK}?{answer}").status_code == 422
    victim.post(START)  # a log-in of the victim's own under way changes nothing
    response = victim.get(f"{BACK}?{answer}", follow=True)
    assert victim.get(DESK).status_code == 302
    assert response.status_code == 422
    back = attacker.get(f"{BACK}?{answer}")
    assert victim.get(back["Location"]).status_code == 422
    assert victim.get(DESK).status_code == 302


def test_a_stolen_cookie_of_the_way_back_is_not_enough(provider: Provider) -> None:
    mine, thief = Client(), Client()
    departure = mine.post(START)
    question = dict(parse_qsl(urlsplit(departure["Location"]).query))
    provider.codes["code"] = question
    says(provider, groups=["rathaus-standesamt"], amr=["mfa"])
    answer = urlencode({"state": question["state"], "code": "code", "iss": ISSUER})
    back = mine.get(f"{BACK}?{answer}")
    thief.cookies[flow.COOKIE] = mine.cookies[flow.COOKIE].value
    assert thief.get(back["Location"]).status_code == 422
    assert mine.get(back["Location"])["Location"] == DESK
    assert mine.get(back["Location"]).status_code == 422, "works once"


def test_who_cancels_lands_on_the_log_in_page(client: Client, provider: Provider) -> None:
    response = come(client, provider, error="access_denied")
    assert response["Location"] == LOGIN
    assert "abgebrochen" in client.get(LOGIN).content.decode()


def test_a_silent_directory_is_said_so(
    client: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = config.source("verzeichnis")
    source.remote.transport = httpx.MockTransport(lambda _request: httpx.Response(503))  # type: ignore[attr-defined]
    response = client.post(START)
    assert response.status_code == 422
    assert "nicht geklappt" in response.content.decode()


def test_the_way_out_is_taken_only_from_our_own_page(provider: Provider) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(START).status_code == 403
    foreign = Client(headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.post(START).status_code == 404
    assert Client().get(START).status_code == 405
    assert Client().post("/arbeit/anmelden/gibt-es-nicht/").status_code == 404


# --- people who were here before the directory --------------------------------------------------


def connect(client: Client, provider: Provider) -> Any:
    departure = client.post("/arbeit/sicherheit/verzeichnis/verzeichnis/")
    question = dict(parse_qsl(urlsplit(departure["Location"]).query))
    code = f"connect-{question['state'][:8]}"
    provider.codes[code] = question
    answer = {"state": question["state"], "code": code, "iss": ISSUER}
    back = client.get(f"{BACK}?{urlencode(answer)}")
    return client.get(back["Location"])


def test_somebody_connects_the_own_access_and_then_comes_through_the_directory_only(
    client: Client, provider: Provider, sign_in: SignIn
) -> None:
    with_app(person("fenna.wilken"))
    says(provider, groups=["rathaus-standesamt"], amr=["mfa"])
    assert connect(sign_in("fenna.wilken"), provider)["Location"] == "/arbeit/sicherheit/"
    assert person("fenna.wilken").directory == "verzeichnis"
    answer = client.post(LOGIN, {"login": "fenna.wilken", "password": PASSWORD})
    assert answer.status_code == 422
    assert "Verzeichnis" in answer.content.decode()
    assert come(client, provider)["Location"] == DESK
    assert StaffMember.objects.filter(directory="verzeichnis").count() == 1


def test_operators_may_still_use_the_password_when_the_directory_is_down(
    client: Client, provider: Provider, sign_in: SignIn
) -> None:
    with_app(person("lars.poppinga"))
    connect(sign_in("lars.poppinga"), provider)
    answer = client.post(LOGIN, {"login": "lars.poppinga", "password": PASSWORD})
    assert answer["Location"] == "/arbeit/anmelden/code/"


def test_one_entry_opens_one_access(provider: Provider, sign_in: SignIn) -> None:
    connect(sign_in("fenna.wilken"), provider)
    page = connect(sign_in("insa.cordes"), provider)
    assert person("insa.cordes").directory == ""
    assert page["Location"] == "/arbeit/sicherheit/"


def test_whoever_the_directory_vouches_for_needs_no_factor_here(
    client: Client, provider: Provider
) -> None:
    says(provider, groups=["rathaus-standesamt"], amr=["mfa"])
    come(client, provider)
    page = client.get("/arbeit/sicherheit/").content.decode()
    assert "fragt das Verzeichnis" in page
    assert not factors.has_any(newcomer().user)


# --- a directory that answers by POST (SAML) ----------------------------------------------------


class Posting(FakeSource):
    """As a SAML directory: request and answer go through the browser as forms."""

    audience = "staff"
    groups = {"kasse": (GroupRole("standesamt", "clerk"),)}

    def finish(self, returned: Returned) -> Verified:
        verified = super().finish(returned)
        return replace(verified, groups=("kasse",), second_factor=True)


def test_a_directory_may_answer_by_a_form(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made = config.Configuration(sources=(Posting("verzeichnis", "Verzeichnis der Stadt"),))
    monkeypatch.setattr(config, "load", lambda: made)
    response = client.post(START)
    assert "form-action 'self' https://idp.example;" in response["Content-Security-Policy"]
    page = response.content.decode()
    assert 'action="https://idp.example/sso"' in page
    ident = page.split('name="RelayState" value="')[1].split('"')[0]
    browser = client.cookies.pop("rathaus_arbeit")  # a form of a foreign page brings no session
    answer = {"state": ident, "code": "person-7"}
    back = Client(enforce_csrf_checks=True)
    back.cookies[flow.COOKIE] = client.cookies[flow.COOKIE].value
    response = back.post(BACK, answer)
    assert response.status_code == 303
    client.cookies["rathaus_arbeit"] = browser.value
    assert client.get(response["Location"])["Location"] == DESK
    assert client.get(DESK).status_code == 200
    assert newcomer().name == "ERIKA MARIA MUSTERMANN"


def test_a_network_drive_ends_by_itself_when_somebody_left_the_directory(
    client: Client, provider: Provider
) -> None:
    """The directory is asked at log-ins only, and whoever left logs in no more."""
    says(provider, groups=["rathaus-standesamt"], amr=["mfa"])
    come(client, provider)
    staff = newcomer()
    _row, secret = passwords.make(staff=staff, name="Laptop", actor=acting(staff))
    header = "Basic " + b64encode(f"{staff.user.login}:{secret}".encode()).decode()
    assert passwords.admitted(header) is not None
    User.objects.filter(staff=staff).update(last_login=clock.now() - timedelta(days=8))
    assert passwords.admitted(header) is None
    come(client, provider)
    assert passwords.admitted(header) is not None, "here again after a log-in"
    page = client.get("/arbeit/sicherheit/geraetekennwoerter/").content.decode()
    assert "alle sieben Tage" in page


def test_roles_of_a_directory_that_was_given_up_can_be_taken_away(
    client: Client, provider: Provider, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(provider, groups=["rathaus-standesamt"], amr=["mfa"])
    come(client, provider)
    staff, operator = newcomer(), sign_in("lars.poppinga")
    page = f"/arbeit/beschaeftigte/{staff.public_id}/"
    revoke = f"{page}rolle/{staff.memberships.get().pk}/"
    assert revoke not in operator.get(page).content.decode()
    assert "Neue Kennwörter gibt es dort" in operator.get(page).content.decode()
    operator.post(revoke)
    operator.post(f"{page}kennwort/")
    staff.refresh_from_db()
    assert staff.memberships.exists() and not staff.user.has_usable_password()
    monkeypatch.setattr(config, "load", lambda: config.Configuration(sources=()))
    assert revoke in operator.get(page).content.decode()
    operator.post(revoke)
    assert not staff.memberships.exists()
