"""A contract dossier without the portal, in the browser; a protected one; the plan taken in."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Picture
from tests.e2e.judges import Judge
from tests.e2e.people import Clerk

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n"


def test_a_contract_dossier_without_portal(
    open_page: Opener, axe_source: str, picture: Picture
) -> None:
    page = open_page()
    clerk = Clerk(page)
    clerk.sign_in("gerd.harms")
    judge = Judge(page, axe_source)
    page.goto("/arbeit/akten/")
    page.get_by_role("link", name="Akte anlegen").first.click()
    clerk.press("Akte anlegen")
    expect(page.locator(".rh-errors li").first).to_be_visible()
    judge.look("new dossier with errors")
    page.get_by_label("Worum geht es?").fill("Wartungsvertrag Aufzug")
    page.get_by_label("Stelle im Aktenplan").select_option(label="10.40 Informationstechnik")
    clerk.press("Akte anlegen")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Wartungsvertrag Aufzug")
    page.get_by_role("link", name="Vorgang anlegen").first.click()
    page.get_by_label("Worum geht es?").fill("Abschluss")
    clerk.press("Vorgang anlegen")
    case = page.url
    page.get_by_role("link", name="Dokumente ablegen").first.click()
    page.get_by_label("Dateien").set_input_files(
        [{"name": "vertrag.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    )
    clerk.press("Ablegen")
    expect(page.get_by_role("status").or_(page.locator(".rh-messages"))).to_contain_text("abgelegt")
    judge.look("case")
    picture(page, "akte-vorgang", height=1000)
    page.get_by_role("link", name="vertrag", exact=True).click()
    judge.look("document")
    page.get_by_role("link", name="In anderen Vorgang umhängen").click()
    judge.look("choose")
    page.get_by_label("Wohin?").fill("Anpassung der Pacht")
    clerk.press("Suchen")
    page.get_by_role("radio").first.check()
    page.get_by_label("Grund").fill("falsch abgelegt")
    clerk.press("Umhängen")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anpassung der Pacht")
    page.get_by_role("button", name="Jetzt prüfen").click()
    expect(page.get_by_role("status").first).to_contain_text("Unverändert")
    page.goto(case + "zugriff/")
    judge.look("access")
    expect(page.locator("main")).to_contain_text("das die Akte führt")
    judge.verdict()


def test_a_protected_dossier_is_for_named_people(open_page: Opener, axe_source: str) -> None:
    page = open_page()
    Clerk(page).sign_in("wiebke.onken")
    page.goto("/arbeit/akten/?q=Deharde")
    page.get_by_role("link", name=re.compile("Personalakte")).click()
    expect(page.locator("main")).to_contain_text("nur namentlich Berechtigte")
    address = page.url
    assert page.get_by_role("link", name="Vorgang anlegen").count() == 0
    page.goto(address + "zugriff/")
    expect(page.locator("main")).to_contain_text("Beurteilung durch die Vorgesetzte")
    stranger = open_page()
    Clerk(stranger).sign_in("tomma.ihnen")
    assert stranger.goto(address).status == 404  # type: ignore[union-attr]
    stranger.goto("/arbeit/suche/?q=Deharde")
    expect(stranger.locator("main")).not_to_contain_text("Arbeitsvertrag")


def test_the_registry_takes_a_plan_in_after_a_look(open_page: Opener, axe_source: str) -> None:
    page = open_page()
    clerk = Clerk(page)
    clerk.sign_in("meike.ulrichs")
    judge = Judge(page, axe_source)
    page.goto("/arbeit/akten/ausleihen/")
    expect(page.locator("main")).to_contain_text("Heimatverein")
    page.goto("/arbeit/akten/plan/einlesen/")
    table = "Kennzeichen;Bezeichnung;Jahre;Aussonderung\n13.40;Museum;;\n"
    page.locator("#files").set_input_files(
        [{"name": "plan.csv", "mimeType": "text/csv", "buffer": table.encode()}]
    )
    clerk.press("Ansehen")
    judge.look("preview")
    clerk.press("So einlesen")
    page.locator("#p-13 .pl-toggle").click()
    judge.look("open branch")
    page.get_by_role("link", name="Museum").click()
    expect(page.locator("main")).to_contain_text("geerbt von 13")
    judge.look("entry")
    judge.verdict()
