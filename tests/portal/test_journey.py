"""The resident's way from the service page to the status page."""

from __future__ import annotations

import re

import pytest

from rathaus.core.jobs import run_pending
from rathaus.proceedings.models import Application, Draft
from tests.portal.browser import Browser
from tests.support.logins import HIGH, log_in


def test_free_application_end_to_end(resident: Browser) -> None:
    application = resident.apply("hund-anmelden")
    assert application.reference in resident.page
    assert application.code in resident.page
    assert resident.response["Cache-Control"].startswith("no-store")
    run_pending()
    resident.get(resident.path)
    assert "Wir erstellen gerade" not in resident.page
    link = re.search(r'href="(/vorgang/[^"]+/dokument/[^"]+)"', resident.page)
    assert link
    document = resident.client.get(link[1])
    assert document["Content-Type"] == "application/pdf"
    assert document["Content-Disposition"].startswith("attachment")
    assert document.content.startswith(b"%PDF")
    resident.get(f"/vorgang/{application.public_id}/")
    assert resident.status == 200
    assert "Ihr Antrag ist bei uns" in resident.page


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
def test_every_service_can_be_filled_in(resident: Browser, slug: str) -> None:
    if slug == "meldebescheinigung-erweitert":
        log_in(resident.client, None, HIGH)
    resident.fill(slug)
    assert "Prüfen Sie Ihre Angaben" in resident.page


def test_button_says_that_it_costs_money(resident: Browser) -> None:
    resident.fill("meldebescheinigung-einfach")
    assert "Kostenpflichtig beantragen" in resident.page
    assert "7,50" in resident.page


def test_free_service_has_a_plain_button(resident: Browser) -> None:
    resident.fill("hund-anmelden")
    assert "Antrag absenden" in resident.page
    assert "Kostenpflichtig" not in resident.page


def test_double_submit_makes_one_application(resident: Browser) -> None:
    resident.fill("hund-anmelden")
    path, page = resident.path, resident.page
    resident.post({})
    first = resident.path
    resident.path, resident.page = path, page
    resident.post({})
    assert resident.path == first
    assert Application.objects.count() == 1


def test_back_button_after_submitting_leads_to_the_confirmation(resident: Browser) -> None:
    resident.fill("hund-anmelden")
    check = resident.path
    resident.post({})
    confirmation = resident.path
    resident.get(check)
    assert resident.path == confirmation
    resident.get(check.replace("pruefen/", "kontakt/"))
    assert resident.path == confirmation


def test_errors_keep_what_was_typed(resident: Browser) -> None:
    resident.begin("meldebescheinigung-einfach")
    resident.post({"zweck": "arbeit"})
    assert resident.status == 200
    assert resident.title.startswith("Fehler:")
    assert re.search(r'value="arbeit"[^>]*checked', resident.page)


def test_change_link_comes_back_to_the_check_page(resident: Browser) -> None:
    resident.fill("meldebescheinigung-einfach")
    check = resident.path
    link = re.search(r'href="(/antrag/[^"#]*\?pruefen=1)#', resident.page)
    assert link
    resident.get(link[1])
    assert "Übernehmen" in resident.page
    resident.post({"fuer_wen": "selbst", "zweck": "arbeit"})
    assert resident.path == check


def test_unknown_step_goes_where_it_makes_sense(resident: Browser) -> None:
    draft = resident.begin("hund-anmelden")
    resident.get(f"/antrag/{draft.public_id}/gibtesnicht/")
    assert resident.path == f"/antrag/{draft.public_id}/hund/" or resident.status == 200
    assert resident.path != f"/antrag/{draft.public_id}/gibtesnicht/"


def test_incomplete_draft_cannot_be_sent(resident: Browser) -> None:
    draft = resident.begin("hund-anmelden")
    resident.get(f"/antrag/{draft.public_id}/pruefen/")
    assert "Es fehlt noch etwas" in resident.page
    token = resident.client.cookies["csrftoken"].value
    resident.client.post(
        resident.path, {"_stand": "0.0", "csrfmiddlewaretoken": token}, follow=True
    )
    assert Application.objects.count() == 0


def test_nobody_sends_a_fee_they_have_not_seen(resident: Browser) -> None:
    resident.fill("meldebescheinigung-einfach")
    revision = re.search(r'name="_stand" value="(\d+)\.', resident.page)
    assert revision
    resident.post({"_stand": f"{revision[1]}.0"})
    assert resident.status == 409
    assert "Es hat sich etwas geändert" in resident.page
    assert Application.objects.count() == 0
    resident.post({})
    assert "/bestaetigung/" in resident.path


def test_service_page_offers_the_draft_one_has_begun(resident: Browser, stranger: Browser) -> None:
    draft = resident.begin("hund-anmelden")
    resident.get("/leistungen/hund-anmelden/")
    assert "Sie haben schon angefangen" in resident.page
    resident.get(f"/antrag/{draft.public_id}/")
    assert resident.path.startswith(f"/antrag/{draft.public_id}/")
    stranger.get("/leistungen/hund-anmelden/")
    assert "Sie haben schon angefangen" not in stranger.page


def test_clearing_an_optional_answer_removes_it(resident: Browser) -> None:
    draft = resident.fill("meldebescheinigung-einfach", email="a@example.org")
    draft.refresh_from_db()
    assert draft.answers["email"] == "a@example.org"
    step = next(
        step.key
        for step in draft.version.parsed.form.steps
        if any(field.key == "email" for field in step.fields)
    )
    resident.get(f"/antrag/{draft.public_id}/{step}/?pruefen=1")
    data = {"email": "", "anzahl": "1", "versand": "post", "erklaerung": "yes"}
    resident.post(data)
    draft.refresh_from_db()
    assert not draft.answers["email"], draft.answers


def test_discarding_a_draft_deletes_it(resident: Browser) -> None:
    draft = resident.begin("hund-anmelden")
    resident.get(f"/antrag/{draft.public_id}/loeschen/")
    resident.post({})
    assert "Ihr Entwurf ist gelöscht" in resident.page
    assert not Draft.objects.filter(pk=draft.pk).exists()


def test_external_and_personal_services_cannot_be_begun(resident: Browser) -> None:
    resident.get("/leistungen/hund-anmelden/")
    resident.post({}, "/antrag/beginnen/personalausweis/")
    assert resident.path == "/leistungen/personalausweis/"
    assert Draft.objects.count() == 0
