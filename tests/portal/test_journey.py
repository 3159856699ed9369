"""The resident's way from the service page to the status page."""

from __future__ import annotations

import re

import pytest

from rathaus.core.jobs import run_pending
from rathaus.proceedings.models import Application, Draft
from tests.portal.browser import Browser


def test_free_application_end_to_end(browser: Browser) -> None:
    application = browser.apply("hund-anmelden")
    assert application.reference in browser.page
    assert application.code in browser.page
    assert browser.response["Cache-Control"].startswith("no-store")
    run_pending()
    browser.get(browser.path)
    assert "Wir erstellen gerade" not in browser.page
    link = re.search(r'href="(/vorgang/[^"]+/dokument/[^"]+)"', browser.page)
    assert link
    document = browser.client.get(link[1])
    assert document["Content-Type"] == "application/pdf"
    assert document["Content-Disposition"].startswith("attachment")
    assert document.content.startswith(b"%PDF")
    browser.get(f"/vorgang/{application.public_id}/")
    assert browser.status == 200
    assert "Ihr Antrag ist bei uns" in browser.page


@pytest.mark.parametrize(
    "slug",
    [
        "gewerbe-anmelden",
        "gewerbe-ummelden",
        "gewerbe-abmelden",
        "meldebescheinigung-einfach",
        "meldebescheinigung-erweitert",
        "melderegisterauskunft-einfach",
        "geburtsurkunde",
        "eheurkunde",
        "sterbeurkunde",
        "hund-abmelden",
        "osterfeuer-anzeigen",
    ],
)
def test_every_service_can_be_filled_in(browser: Browser, slug: str) -> None:
    browser.fill(slug)
    assert "Prüfen Sie Ihre Angaben" in browser.page


def test_button_says_that_it_costs_money(browser: Browser) -> None:
    browser.fill("meldebescheinigung-einfach")
    assert "Kostenpflichtig beantragen" in browser.page
    assert "7,50" in browser.page


def test_free_service_has_a_plain_button(browser: Browser) -> None:
    browser.fill("hund-anmelden")
    assert "Antrag absenden" in browser.page
    assert "Kostenpflichtig" not in browser.page


def test_double_submit_makes_one_application(browser: Browser) -> None:
    browser.fill("hund-anmelden")
    path, page = browser.path, browser.page
    browser.post({})
    first = browser.path
    browser.path, browser.page = path, page
    browser.post({})
    assert browser.path == first
    assert Application.objects.count() == 1


def test_back_button_after_submitting_leads_to_the_confirmation(browser: Browser) -> None:
    browser.fill("hund-anmelden")
    check = browser.path
    browser.post({})
    confirmation = browser.path
    browser.get(check)
    assert browser.path == confirmation
    browser.get(check.replace("pruefen/", "kontakt/"))
    assert browser.path == confirmation


def test_errors_keep_what_was_typed(browser: Browser) -> None:
    browser.begin("meldebescheinigung-einfach")
    browser.post({"zweck": "arbeit"})
    assert browser.status == 200
    assert "<title>Fehler:" in browser.page
    assert re.search(r'value="arbeit"[^>]*checked', browser.page)


def test_change_link_comes_back_to_the_check_page(browser: Browser) -> None:
    browser.fill("meldebescheinigung-einfach")
    check = browser.path
    link = re.search(r'href="(/antrag/[^"#]*\?pruefen=1)#', browser.page)
    assert link
    browser.get(link[1])
    assert "Übernehmen" in browser.page
    browser.post({"fuer_wen": "selbst", "zweck": "arbeit"})
    assert browser.path == check


def test_unknown_step_goes_where_it_makes_sense(browser: Browser) -> None:
    draft = browser.begin("hund-anmelden")
    browser.get(f"/antrag/{draft.public_id}/gibtesnicht/")
    assert browser.path == f"/antrag/{draft.public_id}/hund/" or browser.status == 200
    assert browser.path != f"/antrag/{draft.public_id}/gibtesnicht/"


def test_incomplete_draft_cannot_be_sent(browser: Browser) -> None:
    draft = browser.begin("hund-anmelden")
    browser.get(f"/antrag/{draft.public_id}/pruefen/")
    assert "Es fehlt noch etwas" in browser.page
    token = browser.client.cookies["csrftoken"].value
    browser.client.post(
        browser.path, {"_stand": "0.0", "csrfmiddlewaretoken": token}, follow=True
    )
    assert Application.objects.count() == 0


def test_nobody_sends_a_fee_they_have_not_seen(browser: Browser) -> None:
    browser.fill("meldebescheinigung-einfach")
    revision = re.search(r'name="_stand" value="(\d+)\.', browser.page)
    assert revision
    browser.post({"_stand": f"{revision[1]}.0"})
    assert browser.status == 409
    assert "Es hat sich etwas geändert" in browser.page
    assert Application.objects.count() == 0
    browser.post({})
    assert "/bestaetigung/" in browser.path


def test_service_page_offers_the_draft_one_has_begun(browser: Browser, stranger: Browser) -> None:
    draft = browser.begin("hund-anmelden")
    browser.get("/leistungen/hund-anmelden/")
    assert "Sie haben schon angefangen" in browser.page
    browser.get(f"/antrag/{draft.public_id}/")
    assert browser.path.startswith(f"/antrag/{draft.public_id}/")
    stranger.get("/leistungen/hund-anmelden/")
    assert "Sie haben schon angefangen" not in stranger.page


def test_clearing_an_optional_answer_removes_it(browser: Browser) -> None:
    draft = browser.fill("meldebescheinigung-einfach", email="a@example.org")
    draft.refresh_from_db()
    assert draft.answers["email"] == "a@example.org"
    step = next(
        step.key
        for step in draft.version.parsed.form.steps
        if any(field.key == "email" for field in step.fields)
    )
    browser.get(f"/antrag/{draft.public_id}/{step}/?pruefen=1")
    data = {"email": "", "anzahl": "1", "versand": "post", "erklaerung": "yes"}
    browser.post(data)
    draft.refresh_from_db()
    assert not draft.answers["email"], draft.answers


def test_discarding_a_draft_deletes_it(browser: Browser) -> None:
    draft = browser.begin("hund-anmelden")
    browser.get(f"/antrag/{draft.public_id}/loeschen/")
    browser.post({})
    assert "Ihr Entwurf ist gelöscht" in browser.page
    assert not Draft.objects.filter(pk=draft.pk).exists()


def test_external_and_personal_services_cannot_be_begun(browser: Browser) -> None:
    browser.get("/leistungen/hund-anmelden/")
    browser.post({}, "/antrag/beginnen/personalausweis/")
    assert browser.path == "/leistungen/personalausweis/"
    assert Draft.objects.count() == 0
