"""Nobody opens what is not theirs: other browsers, changed cookies, guessed addresses."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from rathaus.core.jobs import run_pending
from rathaus.portal import grants
from rathaus.proceedings.models import Application
from tests.portal.browser import Browser

DRAFT_PAGES = ["", "kontakt/", "pruefen/", "speichern/", "loeschen/"]
CASE_PAGES = [
    "",
    "bestaetigung/",
    "bezahlen/",
    "bezahlen/rechnung/",
    "bezahlen/schalter/",
    "nachricht/",
    "antworten/",
    "zurueckziehen/",
]


@pytest.fixture
def application(resident: Browser) -> Application:
    made = resident.apply("meldebescheinigung-einfach")
    run_pending()
    return made


@pytest.mark.parametrize("page", DRAFT_PAGES)
def test_foreign_draft(resident: Browser, stranger: Browser, page: str) -> None:
    draft = resident.fill("hund-anmelden")
    stranger.get(f"/antrag/{draft.public_id}/{page}")
    assert stranger.status == 403
    assert "Bitte zeigen Sie Ihren Code" in stranger.page
    assert draft.answers["person"]["last_name"] not in stranger.page


def test_a_deleted_draft_is_not_said_to_be_kept(resident: Browser) -> None:
    draft = resident.begin("hund-anmelden")
    path = resident.path
    draft.delete()
    resident.get(path)
    assert resident.status == 403
    assert "nichts verloren" not in resident.page
    for said in ("gelöscht", "abgeschickt", "30 Tage unverändert", "anderen Gerät"):
        assert said in resident.page
    for way in ("/leistungen/", "/vorgang/", "/fortsetzen/"):
        assert f'"{way}"' in resident.page


@pytest.mark.parametrize("page", CASE_PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_foreign_application(
    application: Application, stranger: Browser, page: str, method: str
) -> None:
    stranger.get("/vorgang/")
    path = f"/vorgang/{application.public_id}/{page}"
    data = {"text": "x", "provider": "transfer"}
    stranger.get(path) if method == "get" else stranger.post(data, path)
    assert stranger.status in (403, 405)
    assert application.applicant_name not in stranger.page
    assert application.code not in stranger.page
    assert application.messages.count() == 0
    application.refresh_from_db()
    assert application.is_open


def test_existing_and_missing_look_the_same(application: Application, stranger: Browser) -> None:
    def look(ident: uuid.UUID) -> tuple[int, str]:
        stranger.get(f"/vorgang/{ident}/")
        page = re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]+"', r"\1", stranger.page)
        return stranger.status, page.replace(str(ident), "")

    assert look(application.public_id) == look(uuid.uuid4())


def test_document_of_another_case(
    application: Application, resident: Browser, stranger: Browser
) -> None:
    mine = stranger.apply("hund-anmelden")
    document = application.case.documents.get(kind="application")
    path = f"/vorgang/{mine.public_id}/dokument/{document.public_id}/"
    assert stranger.client.get(path).status_code == 404
    own = f"/vorgang/{application.public_id}/dokument/{document.public_id}/"
    assert stranger.client.get(own).status_code == 403
    assert resident.client.get(own).status_code == 200


def test_internal_documents_are_not_handed_out(application: Application, resident: Browser) -> None:
    data = application.case.documents.get(kind="application_data")
    resident.get(f"/vorgang/{application.public_id}/")
    assert str(data.public_id) not in resident.page
    path = f"/vorgang/{application.public_id}/dokument/{data.public_id}/"
    assert resident.client.get(path).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value[:-1] + ("a" if value[-1] != "a" else "b"),
        lambda value: "x" + value,
        lambda value: value.rpartition(":")[0],
        lambda value: "",
        lambda value: ":" * 50,
        lambda value: "é" * 20,
        lambda value: "a" * 5000,
    ],
)
def test_changed_cookie_opens_nothing(
    application: Application, resident: Browser, change: object
) -> None:
    value = resident.client.cookies[grants.NAME].value
    resident.client.cookies[grants.NAME] = change(value)  # type: ignore[operator]
    resident.get(f"/vorgang/{application.public_id}/")
    assert resident.status == 403


def test_cookie_of_another_purpose_opens_nothing(
    application: Application, stranger: Browser
) -> None:
    entry = "a" + grants._encode(application.public_id) + "0"
    stranger.client.cookies[grants.NAME] = signing.Signer(salt="other").sign(entry)
    stranger.get(f"/vorgang/{application.public_id}/")
    assert stranger.status == 403


def test_access_ends_after_some_days(application: Application, resident: Browser) -> None:
    path = f"/vorgang/{application.public_id}/"
    with time_machine.travel(timezone.now() + grants.LIFETIME + timedelta(hours=2), tick=False):
        resident.get(path)
        assert resident.status == 403
        assert "nichts verloren" in resident.page


def test_cookie_is_out_of_reach_for_scripts(application: Application, resident: Browser) -> None:
    cookie = resident.client.cookies[grants.NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert application.code not in cookie.value
    assert "sessionid" not in resident.client.cookies
    assert "rathaus_konto" not in resident.client.cookies


def test_cookie_is_secure_on_https(resident: Browser, settings: object) -> None:
    settings.HTTPS = True  # type: ignore[attr-defined]
    resident.begin("hund-anmelden")
    assert resident.client.cookies[grants.NAME]["secure"]


def test_no_more_than_twenty_entries(resident: Browser) -> None:
    for _ in range(grants.MOST + 3):
        resident.begin("hund-anmelden")
    value = resident.client.cookies[grants.NAME].value
    assert len(grants._parse(value)) == grants.MOST


def test_forgetting_on_this_device(application: Application, resident: Browser) -> None:
    resident.get(f"/vorgang/{application.public_id}/")
    resident.post({}, f"/vorgang/{application.public_id}/vergessen/")
    assert "Vergessen" in resident.page
    resident.get(f"/vorgang/{application.public_id}/")
    assert resident.status == 403
    resident.get(f"/antrag/{application.draft.public_id}/pruefen/")
    assert resident.status == 403


def test_lookup_by_reference_and_code(application: Application, stranger: Browser) -> None:
    stranger.get(f"/vorgang/?az={application.reference}")
    assert application.reference in stranger.page
    code = application.code.lower().replace("-", " ")
    stranger.post({"aktenzeichen": f" {application.reference} ", "code": code})
    assert stranger.path == f"/vorgang/{application.public_id}/"


def test_wrong_code_says_nothing_about_the_case(
    application: Application, stranger: Browser
) -> None:
    stranger.get("/vorgang/")
    stranger.post({"aktenzeichen": application.reference, "code": "AAAA-AAAA-AAAA"})
    wrong_code = stranger.page
    stranger.post({"aktenzeichen": "99.99/1999-9999", "code": "AAAA-AAAA-AAAA"})
    assert "passen nicht zusammen" in wrong_code
    assert "passen nicht zusammen" in stranger.page


def test_guessing_codes_is_stopped(application: Application, stranger: Browser) -> None:
    stranger.get("/vorgang/")
    for _ in range(11):
        stranger.post({"aktenzeichen": application.reference, "code": "AAAA-AAAA-AAAA"})
    assert stranger.status == 429
    assert stranger.response["Retry-After"]
    stranger.get("/vorgang/")
    stranger.post({"aktenzeichen": application.reference, "code": application.code})
    assert stranger.status == 429


def test_forms_need_the_token(resident: Browser) -> None:
    resident.get("/leistungen/hund-anmelden/")
    response = resident.client.post("/antrag/beginnen/hund-anmelden/")
    assert response.status_code == 403
