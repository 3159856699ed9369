"""Every address outside the desk, by name: what it says to somebody who may not be there.

A new address has to be put into one of these tables, or `test_no_address_is_forgotten` fails.
(The desk's addresses are enumerated in `tests/desk/test_access.py`.)
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from rathaus.api.urls import urlpatterns as api
from rathaus.portal.account_urls import allauth_names
from rathaus.portal.urls import urlpatterns as portal_and_account
from rathaus.proceedings.models import Application, Draft
from rathaus.simulation.urls import urlpatterns as simulation
from rathaus.theme.urls import urlpatterns as theme
from rathaus.urls import urlpatterns as root
from tests.desk.conftest import SignIn
from tests.portal.browser import Browser

portal = [entry for entry in portal_and_account if isinstance(entry, URLPattern)]
account = [
    entry
    for room in portal_and_account
    if isinstance(room, URLResolver)
    for entry in room.url_patterns
    if isinstance(entry, URLPattern)
]

OPEN = """
start services service topic search town help imprint privacy accessibility easy_language
sign_language source robots resume cases verify report_barrier
"""
"""For everybody: 200."""
OF_DRAFT = "draft check saved discard step on_behalf"
OF_APPLICATION = """
status confirmation pay invoice counter message answer withdraw document
"""
"""Need a grant: 403, whether it exists or not."""
OF_ATTEMPT = "payment_return payment_cancel"
"""Unguessable addresses without person or case: 404 for what does not exist."""
OF_SHARE = "share share_item share_leave"
"""Need link and code, and say the same of what does not exist: `tests/desk/work`."""
ACTS = {"begin": 405, "forget": 405}
"""Only by POST with a token."""
ELSEWHERE = {"language": 303}
TESTED_ELSEWHERE = {"intake", "intake_item", "intake_openapi"}
"""For machines with a token: `tests/api`."""
ACCOUNT_OPEN = """
login register identity_metadata account_login account_signup account_signup_by_passkey
account_reset_password
"""
"""Below /konto/: for everybody. All else there needs somebody logged in, or is not there."""
ENTRANCES = {
    "/", "/konto/", "/konto/anmelden/", "/konto/registrieren/", "/konto/passwort-vergessen/",
}  # fmt: skip
SIMULATED_HOUSE = {"identity_saml": {302}, "identity_error": {400}, "identity_login": {410}}
"""An empty request is refused by an error page; a log-in nobody began is over."""
READ_ONLY = set(OPEN.split()) - {"resume", "cases", "verify", "report_barrier"}
TOKEN_FREE = set(OF_ATTEMPT.split())
"""Take a POST without our token, because it comes from the payment service, and read nothing."""


def address(pattern: URLPattern, namespace: str = "portal", **known: Any) -> str:
    values: dict[str, Any] = {
        "draft_id": uuid.uuid4(),
        "application_id": uuid.uuid4(),
        "document_id": uuid.uuid4(),
        "attempt_id": uuid.uuid4(),
        "step_key": "kontakt",
        "slug": "start" if namespace == "theme" else "hund-anmelden",
        "name": "start",
        "code": "en",
        "ident": uuid.uuid4(),
        "number": 1,
        **known,
    }
    if pattern.name == "topic":
        values["slug"] = "haus-und-tier"
    wanted = {key: values[key] for key in pattern.pattern.converters}
    return reverse(f"{namespace}:{pattern.name}", kwargs=wanted)


def named(names: str) -> list[URLPattern]:
    return [pattern for pattern in portal if pattern.name in names.split()]


def ids(patterns: list[URLPattern]) -> list[str]:
    return [str(pattern.name) for pattern in patterns]


def test_no_address_is_forgotten() -> None:
    known = {*(OPEN + OF_DRAFT + " " + OF_APPLICATION + OF_ATTEMPT).split(), *ACTS, *ELSEWHERE}
    known |= set(OF_SHARE.split())
    assert {pattern.name for pattern in portal} == known
    assert {pattern.name for pattern in api} - TESTED_ELSEWHERE == {"paypal_webhook"}
    assert {pattern.name for pattern in theme} == {"brand_css", "style_guide", "style_guide_page"}
    assert {str(entry.pattern) for entry in root} == {
        "healthz", "readyz", "metrics", "", "arbeit/", "konto/", "simulation/",
        r"^webdav(?P<path>(?:/.*)?)$",  # tests/desk/webdav/test_entrance.py
    }  # fmt: skip


@pytest.mark.parametrize("pattern", named(OPEN), ids=ids(named(OPEN)))
def test_open_to_everybody(pattern: URLPattern, client: Client) -> None:
    from rathaus.catalogue import queries

    path = address(pattern)
    if pattern.name == "topic":
        path = reverse("portal:topic", args=[queries.topics()[0].slug])
    assert client.get(path).status_code == 200
    if pattern.name in READ_ONLY:
        assert client.post(path).status_code == 405


@pytest.fixture
def theirs(resident: Browser) -> dict[str, Any]:
    """A draft, an application and a document of somebody else."""
    application = resident.apply("meldebescheinigung-einfach")
    draft = resident.fill("hund-anmelden")
    document = application.case.documents.get(kind="application_data")
    return {
        "draft_id": draft.public_id,
        "application_id": application.public_id,
        "document_id": document.public_id,
    }


def intruders(sign_in: SignIn) -> dict[str, Client]:
    """Nobody; somebody with a draft and an application of their own; a member of staff."""
    other = Browser()
    other.apply("hund-anmelden")
    other.begin("hund-anmelden")
    return {"nobody": Client(), "other": other.client, "staff": sign_in("eilert.janssen")}


@pytest.mark.parametrize("method", ["get", "post"])
def test_other_peoples_things_stay_closed(
    method: str, theirs: dict[str, Any], sign_in: SignIn
) -> None:
    before = _state(theirs)
    for who, client in intruders(sign_in).items():
        client.handler.enforce_csrf_checks = False
        for pattern in named(OF_DRAFT + " " + OF_APPLICATION):
            if method == "post" and pattern.name in {"draft", "status", "confirmation",
                                                     "invoice", "counter", "document"}:  # fmt: skip
                wanted = 405
            else:
                wanted = 403
            response = getattr(client, method)(address(pattern, **theirs))
            assert response.status_code == wanted, (who, pattern.name)
            if wanted == 403:
                nowhere = getattr(client, method)(address(pattern))
                assert nowhere.status_code == 403, (who, pattern.name)
    assert _state(theirs) == before


def test_a_grant_of_one_kind_opens_nothing_of_another(
    resident: Browser, theirs: dict[str, Any]
) -> None:
    """The id of the own draft as application, the id of the own application as draft."""
    draft, application = theirs["draft_id"], theirs["application_id"]
    for pattern in named(OF_DRAFT):
        assert resident.client.get(address(pattern, draft_id=application)).status_code == 403
    for pattern in named(OF_APPLICATION):
        assert resident.client.get(address(pattern, application_id=draft)).status_code == 403


@pytest.mark.parametrize("name", OF_ATTEMPT.split())
def test_unknown_payments_do_not_exist(name: str, client: Client) -> None:
    for path in (
        reverse(f"portal:{name}", args=[uuid.uuid4()]),
        reverse(f"portal:{name}", args=[uuid.uuid4()]) + "?token=EC-1&PayerID=X&amount=0.01",
    ):
        assert client.get(path).status_code == client.post(path).status_code == 404


def test_every_form_needs_its_token(theirs: dict[str, Any], resident: Browser) -> None:
    """Also with a valid grant: another site cannot send a form in the resident's name."""
    before = _state(theirs)
    for pattern in portal:
        if pattern.name in READ_ONLY | TOKEN_FREE:
            continue
        response = resident.client.post(address(pattern, **theirs), {"alles": "1"})
        assert response.status_code in {403, 405}, pattern.name
    login = Client(enforce_csrf_checks=True)
    for name in ("login", "logout"):
        assert login.post(reverse(f"desk:{name}"), {"login": "x"}).status_code == 403
    assert _state(theirs) == before


@pytest.mark.parametrize("pattern", [*account, *allauth_names], ids=str)
def test_account_pages_are_for_their_owner(pattern: URLPattern, client: Client) -> None:
    values: dict[str, Any] = {"source": "bundid"}
    for key, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__
        values.setdefault(key, {"UUIDConverter": uuid.uuid4(), "IntConverter": 7}.get(kind, "x"))
    wanted = {key: values[key] for key in pattern.pattern.converters}
    namespace = "" if pattern in allauth_names else "portal:"
    answer = client.get(reverse(f"{namespace}{pattern.name}", kwargs=wanted))
    if pattern.name in ACCOUNT_OPEN.split():
        assert answer.status_code == 200
    elif answer.status_code in {302, 303}:
        assert answer["Location"] in ENTRANCES
    else:
        assert answer.status_code in {403, 404, 405}


@pytest.mark.parametrize("name", ACTS)
def test_a_link_changes_nothing(name: str, client: Client) -> None:
    pattern = next(pattern for pattern in portal if pattern.name == name)
    assert client.get(address(pattern)).status_code == ACTS[name]


def test_machines_and_developers(client: Client) -> None:
    assert client.get(reverse("api:paypal_webhook")).status_code == 405
    assert client.post(reverse("api:paypal_webhook")).status_code == 400
    for pattern in theme:
        path = address(pattern, "theme")
        assert client.get(path).status_code == 200, pattern.name
        assert client.post(path).status_code in {403, 405}, pattern.name


def test_the_simulation_opens_nothing_of_the_town(client: Client) -> None:
    """It is for playing; without credentials or a known order there is nothing behind it."""
    shown = {"index", "mailbox", "paypal_switches", "codes", "identity_board", "identity_metadata"}
    shown |= {"timestamps", "archive"}
    for pattern in simulation:
        if "certs" in str(pattern.pattern):
            continue  # a public certificate
        path = "/simulation/" + str(pattern.pattern).replace("<house:house>", "bundid")
        for key in pattern.pattern.converters:
            path = path.replace(f"<str:{key}>", "x" * 17)
        expected = {200} if pattern.name in shown else {401, 404, 405}
        expected = SIMULATED_HOUSE.get(str(pattern.name), expected)
        assert client.get(path).status_code in expected, path


@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example/leistungen/",
        "//evil.example/leistungen/",
        "http://testserver@evil.example/leistungen/",
        "http://testserver.evil.example/leistungen/",
        "http://testserver/leistungen/../../arbeit/",
        "http://[::1/leistungen/",
        "javascript:alert(1)",
        "http://testserver/suche/?q=a%0d%0aSet-Cookie:%20x=1",
        "http://testserver//evil.example/",
    ],
)
def test_the_way_back_leads_only_to_us(referer: str, client: Client) -> None:
    response = client.get("/sprache/en/", headers={"referer": referer})
    assert response.status_code == 303
    assert response["Location"].startswith("/")
    assert not response["Location"].startswith(("//", "/\\"))
    assert "evil" not in response["Location"]
    assert set(response.cookies) == {"sprache"}


def test_a_foreign_host_is_refused(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    for host in ("evil.example", "testserver@evil.example", "testserver:80:80", "test server"):
        response = client.get("/", headers={"host": host})
        assert response.status_code == 400, host
        assert "evil" not in response.content.decode()
    spoofed = client.get("/arbeit/", headers={"x-forwarded-host": "evil.example"})
    assert "evil" not in spoofed["Location"]


def _state(theirs: dict[str, Any]) -> Any:
    draft = Draft.objects.get(public_id=theirs["draft_id"])
    application = Application.objects.get(public_id=theirs["application_id"])
    return (
        draft.state,
        draft.revision,
        draft.answers,
        application.state,
        application.messages.count(),
        application.case.documents.count(),
    )
