"""Every page answers, leads on, and stands hostile input; and what it costs in queries."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rathaus.accounts import flow
from rathaus.accounts.actions import inactivity
from rathaus.catalogue import queries as catalogue
from rathaus.core.jobs import run_pending
from rathaus.core.models import Job
from rathaus.portal import grants
from rathaus.portal.views import share
from tests.portal.browser import Browser

PAGES = [
    "/",
    "/leistungen/",
    "/leistungen/gewerbe-anmelden/",
    "/leistungen/personalausweis/",
    "/leistungen/kfz-zulassung/",
    "/themen/arbeit-gewerbe/",
    "/suche/",
    "/suche/?q=Gewerbeschein",
    "/suche/?q=Gewrbe",
    "/suche/?q=qqqqqq",
    "/rathaus/",
    "/hilfe/",
    "/impressum/",
    "/datenschutz/",
    "/barrierefreiheit/",
    "/barriere-melden/",
    "/leichte-sprache/",
    "/gebaerdensprache/",
    "/quelltext/",
    "/fortsetzen/",
    "/vorgang/",
    "/echtheit/",
]
NASTY = ["\x00", "a" * 5000, "🐶\u202e", "<script>", "%zz", "' OR 1=1", "\ud7ff\ufffe", "{{7*7}}"]


@pytest.mark.parametrize("path", PAGES)
def test_page(resident: Browser, path: str) -> None:
    resident.get(path)
    assert resident.status == 200
    assert len(re.findall(r"<h1[ >]", resident.page)) == 1
    assert re.search(r"<title>\s*\S", resident.page)
    assert 'lang="de"' in resident.page
    assert not re.search(r"\sstyle=", resident.page)
    assert not re.search(r"<script(?![^>]*\bsrc=)", resident.page)
    ids = re.findall(r'\sid="([^"]+)"', resident.page)
    assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1]


def test_no_dead_link(resident: Browser) -> None:
    seen: set[str] = set()
    wanted = list(PAGES)
    while wanted:
        path = wanted.pop()
        if path in seen:
            continue
        seen.add(path)
        resident.get(path)
        assert resident.status == 200, path
        if path.startswith("/simulation/"):
            continue
        for href in re.findall(r'href="(/[^"#]*)', resident.page):
            if not href.startswith(("/static/", "/sprache/", "/marke.css")) and href not in seen:
                wanted.append(href)
        for anchor in re.findall(r'href="#([^"]+)"', resident.page):
            assert f'id="{anchor}"' in resident.page, (path, anchor)
    assert len(seen) > len(PAGES) + 10


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize(
    "path", ["/suche/?q=", "/fortsetzen/?antrag=", "/vorgang/?az=", "/echtheit/?code=", "/?x="]
)
def test_hostile_parameter(resident: Browser, path: str, text: str) -> None:
    resident.get(path + quote(text.encode("utf-8", "surrogatepass")))
    assert resident.status == 200
    assert "<script>" not in resident.page.replace("<script src", "")


@pytest.mark.parametrize(
    "path",
    [
        "/leistungen/gibt-es-nicht/",
        "/themen/gibt-es-nicht/",
        "/antrag/nicht-da/kontakt/",
        "/antrag/00000000-0000-0000-0000-00000000000g/kontakt/",
        "/vorgang/123/",
        "/vorgang/../../etc/passwd",
        "/sprache/xx/",
        "/leistungen/%00/",
        "/zahlung/1/zurueck/",
    ],
)
def test_not_found_page_helps(resident: Browser, path: str) -> None:
    resident.get(path)
    assert resident.status == 404
    assert "Diese Seite gibt es nicht" in resident.page
    assert "04944" in resident.page


@pytest.mark.parametrize("text", NASTY)
def test_hostile_lookup(resident: Browser, text: str) -> None:
    resident.get("/vorgang/")
    resident.post({"aktenzeichen": text, "code": text})
    assert resident.status == 200
    resident.get("/fortsetzen/")
    resident.post({"antrag": text, "code": text})
    assert resident.status == 200


@pytest.mark.parametrize("text", NASTY)
def test_hostile_answers(resident: Browser, text: str) -> None:
    resident.begin("meldebescheinigung-einfach")
    resident.post({"fuer_wen": text, "zweck": text, "_stand": text})
    assert resident.status == 200
    assert resident.title.startswith("Fehler:")


def test_search_finds_everyday_words(resident: Browser) -> None:
    resident.get("/suche/?q=Gewerbeschein")
    assert "Gewerbe anmelden" in resident.page
    resident.get("/suche/?q=Gewrbe")
    assert "Meinten Sie" in resident.page
    resident.get("/suche/?q=Quastenflosser")
    assert "nichts gefunden" in resident.page
    assert "04944" in resident.page


def test_service_says_everything_before_the_start(resident: Browser) -> None:
    resident.get("/leistungen/gewerbe-anmelden/")
    for words in (
        "26,00",
        "etwa 15 Minuten",
        "innerhalb von 3 Tagen",
        "ohne Anmeldung",
        "§ 14",
        "04944",
    ):
        assert words in resident.page


def test_not_online_means_no_start_button(resident: Browser) -> None:
    resident.get("/leistungen/personalausweis/")
    assert "/antrag/beginnen/" not in resident.page
    assert "Termin am Telefon" in resident.page
    resident.get("/leistungen/kfz-zulassung/")
    assert "/antrag/beginnen/" not in resident.page
    assert "Landkreis Aurich" in resident.page


def test_statement_on_accessibility_is_complete(resident: Browser) -> None:
    resident.get("/barrierefreiheit/")
    for words in ("NBGG", "EN 301 549", "Schlichtungsstelle", "/barriere-melden/", "§ 9d"):
        assert words in resident.page


def test_reporting_a_barrier(resident: Browser) -> None:
    resident.get("/barriere-melden/?seite=Hund")
    assert 'value="Hund"' in resident.page
    resident.post({"barriere": "Der Knopf ist zu klein.", "email": "hilke@example.org"})
    assert "Ihre Meldung ist angekommen" in resident.page
    assert "Knopf" not in str([job.args for job in Job.objects.all()])
    run_pending()
    report = next(message for message in mail.outbox if "Knopf" in message.body)
    assert report.to == [catalogue.organisation.town().email]
    assert report.reply_to == ["hilke@example.org"]
    assert any(message.to == ["hilke@example.org"] for message in mail.outbox)


def test_reporting_without_name_or_address(resident: Browser) -> None:
    resident.get("/barriere-melden/")
    resident.post({"barriere": "Zu wenig Kontrast"})
    run_pending()
    assert len(mail.outbox) == 1


def test_mail_header_injection_is_refused(resident: Browser) -> None:
    resident.get("/barriere-melden/")
    resident.post({"barriere": "x", "email": "a@example.org\nBcc: b@example.org"})
    assert resident.title.startswith("Fehler:")
    assert Job.objects.count() == 0


def test_reporting_too_often(resident: Browser) -> None:
    for _ in range(11):
        resident.get("/barriere-melden/")
        resident.post({"barriere": "x"})
    assert resident.status == 429


@pytest.mark.parametrize(
    ("referer", "target"),
    [
        ("http://testserver/leistungen/hund-anmelden/", "/leistungen/hund-anmelden/"),
        ("http://testserver/suche/?q=Hund", "/suche/?q=Hund"),
        ("http://evil.example/leistungen/hund-anmelden/", "/"),
        ("http://testserver//evil.example/", "/"),
        ("http://testserver/arbeit/", "/"),
        ("javascript:alert(1)", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_switching_the_language_stays_here(resident: Browser, referer: str, target: str) -> None:
    response = resident.client.get("/sprache/en/?next=//evil.example", HTTP_REFERER=referer)
    assert (response.status_code, response["Location"]) == (303, target)
    assert response.cookies["sprache"].value == "en"


def count(resident: Browser, path: str) -> int:
    resident.get(path)
    with CaptureQueriesContext(connection) as seen:
        resident.get(path)
    return len(seen)


@pytest.mark.parametrize(
    ("path", "most"),
    [("/", 2), ("/leistungen/", 2), ("/leistungen/gewerbe-anmelden/", 2), ("/suche/?q=Hund", 2)],
)
def test_queries_of_public_pages(resident: Browser, path: str, most: int) -> None:
    assert count(resident, path) <= most


def test_queries_of_a_step(resident: Browser) -> None:
    resident.fill("meldebescheinigung-einfach")
    check = resident.path
    first = check.replace("pruefen/", "")
    resident.get(check)
    step = re.search(r'href="(/antrag/[^"#?]*)\?pruefen=1', resident.page)
    assert step
    assert count(resident, step[1]) <= 3
    assert count(resident, check) <= 3
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', resident.page)
    assert token
    data = {"fuer_wen": "selbst", "zweck": "arbeit", "csrfmiddlewaretoken": token[1]}
    with CaptureQueriesContext(connection) as seen:
        response = resident.client.post(step[1], data)
    assert response.status_code == 303
    assert len(seen) <= 3, [query["sql"][:90] for query in seen.captured_queries]
    assert first


def test_pages_touch_no_session(resident: Browser) -> None:
    resident.apply("hund-anmelden")
    assert set(resident.client.cookies) == {"csrftoken", "rathaus_zugang"}


def test_who_reads_english_learns_before_the_form_that_it_is_in_german(resident: Browser) -> None:
    page = "/leistungen/hund-anmelden/"
    assert "in German" not in resident.get(page).page
    resident.client.get("/sprache/en/")
    assert "form and letters are in German" in resident.get(page).page


def test_every_cookie_residents_get_is_named_on_the_privacy_page(resident: Browser) -> None:
    names = {
        settings.CSRF_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
        settings.RESIDENT_SESSION_COOKIE_NAME,
        CookieStorage.cookie_name,
        flow.COOKIE,
        grants.NAME,
        share.COOKIE,
    }
    resident.get("/datenschutz/")
    assert {name for name in names if f"({name})" not in resident.page} == set()
    text = "Ein Konto, mit dem sich zwei Jahre niemand angemeldet hat"
    assert text in resident.page and timedelta(days=730) == inactivity.UNUSED
