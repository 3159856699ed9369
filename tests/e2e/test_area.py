""" "Mein Bereich" in a browser, with the people of the demo town."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accounts import new_address, register
from tests.e2e.conftest import Opener
from tests.e2e.people import PASSWORD, Resident, answers_of
from tests.e2e.test_identity import log_in_at

DOG = "hund-anmelden"


def sign_in(page: Page, address: str) -> None:
    """Somebody of the demo town, by e-mail address and password."""
    page.goto("/konto/anmelden/")
    page.get_by_label("E-Mail-Adresse", exact=True).fill(address)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("#mit-passwort ~ form button[type=submit]").click()
    page.wait_for_url("**/konto/")


def go(page: Page, name: str, *, phone: bool) -> None:
    """By the section navigation, as it is there at this width."""
    if phone:
        page.locator(".rh-konto__menu > summary").click()
        page.locator(".rh-konto__menu").get_by_role("link", name=name).click()
    else:
        page.locator(".rh-konto__nav").get_by_role("link", name=name).click()


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("phone", [True, False])
def test_my_area(open_page: Opener, phone: bool, javascript: bool) -> None:
    page = open_page(phone=phone, javascript=javascript)
    sign_in(page, "tjorven.harms@example.org")
    main = page.locator("main")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mein Bereich")
    expect(main).to_contain_text("Guten Tag, Tjorven Harms.")
    expect(main).to_contain_text("Gewerbe anmelden")
    go(page, "Postfach", phone=phone)
    page.wait_for_url("**/konto/postfach/")
    letter = page.get_by_role("link", name="Empfangsbescheinigung der Gewerbeanmeldung")
    assert Resident(page).download(letter).startswith(b"%PDF")
    page.locator("input[name=ausgewaehlt]").first.check()
    page.get_by_role("button", name="als neu markieren").click()
    expect(main).to_contain_text("Gespeichert.")
    expect(page.locator(".rh-new").first).to_have_text("neu")
    page.locator("input[name=ausgewaehlt]").first.check()
    page.get_by_role("button", name="als gelesen markieren").click()
    expect(main).to_contain_text("Gespeichert.")
    go(page, "Zahlungen", phone=phone)
    expect(main).to_contain_text("bezahlt")
    go(page, "Meine Daten", phone=phone)
    expect(main).to_contain_text("Gewerbeamt: Vorgang angesehen")


def test_represent_a_company(open_page: Opener) -> None:
    """Proved by its log-in; a colleague comes with a code, is let in, applies, and is removed."""
    boss = open_page()
    address = new_address()
    register(boss, address)
    boss.goto("/konto/vertretung/")
    log_in_at(boss, "unternehmenskonto", "zertifikat", "teestube")
    boss.goto("/konto/vertretung/")
    company = boss.locator(".rh-rows h3 a").first
    name = company.inner_text()
    expect(boss.locator("main")).to_contain_text("nachgewiesen")
    company.click()
    boss.get_by_role("button", name="Neuen Code machen").click()
    code = boss.locator(".rh-invite samp").first.inner_text()

    colleague = open_page(phone=True)
    register(colleague, new_address())
    person = Resident(colleague)
    colleague.goto("/konto/vertretung/code/")
    colleague.locator("#code").fill("AAAA-BBBB-CCCC-DDDD")
    person.press("Anfragen")
    expect(colleague.locator(".rh-errors")).to_contain_text("Diesen Code gibt es nicht")
    colleague.locator("#code").fill(code.lower().replace("-", " "))
    person.press("Anfragen")
    expect(colleague.locator("main")).to_contain_text("wartet auf Antwort")

    boss.goto("/konto/")
    expect(boss.locator(".rh-todo")).to_contain_text("Über eine Vertretung entscheiden")
    boss.locator(".rh-todo").get_by_role("link", name="Ansehen").click()
    boss.get_by_role("link", name="Entscheiden").click()
    Resident(boss).press("Zulassen")
    expect(boss.locator("main")).to_contain_text("Die Person darf jetzt")

    colleague.goto("/konto/vertretung/")
    expect(colleague.locator("main")).to_contain_text(name)
    assert boss.locator(".rh-rows li").count() >= 2
    boss.get_by_role("link", name=re.compile("^Beenden")).last.click()
    Resident(boss).press("Beenden")
    colleague.goto("/konto/vertretung/")
    expect(colleague.locator("main")).to_contain_text("Sie handeln für keine Organisation.")


def test_export_and_deletion(open_page: Opener) -> None:
    """A case begun without account comes in by its code; all data as a zip; then all is gone."""
    stranger = open_page()
    sent = Resident(stranger).apply(DOG)
    page = open_page()
    address = new_address()
    register(page, address)
    resident = Resident(page)

    page.goto("/konto/antraege/uebernehmen/")
    page.locator("#was").fill(sent.reference)
    page.locator("#code").fill(sent.code)
    page.get_by_label("Ja, in mein Konto übernehmen").check()
    resident.press("Übernehmen")
    expect(page.locator("main")).to_contain_text("Der Vorgang gehört jetzt zu Ihrem Konto.")
    assert stranger.goto(sent.path).status == 403

    page.goto("/konto/daten/")
    page.get_by_role("link", name="Kopie aller Daten").click()
    resident.press("Kopie anfordern")
    link = resident.wait_for("a[href$='/laden/']")
    package = zipfile.ZipFile(io.BytesIO(resident.download(link)))
    names = package.namelist()
    case = json.loads(package.read(next(n for n in names if n.endswith("antrag.json"))))
    assert case["reference"] == sent.reference
    assert case["answers"]["person"] == answers_of(DOG)["person"]
    pdf = next(n for n in names if n.endswith(".pdf"))
    assert package.read(pdf).startswith(b"%PDF")
    assert json.loads(package.read("konto.json"))["login"]["email"] == address

    page.goto("/konto/daten/loeschen/")
    expect(page.locator("main")).to_contain_text(sent.reference)
    resident.press("Konto endgültig löschen")
    expect(page.locator(".rh-errors")).to_contain_text("Setzen Sie das Häkchen")
    page.get_by_label("Ja, mein Servicekonto löschen").check()
    resident.press("Konto endgültig löschen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Konto ist gelöscht")
    expect(page.locator("main")).to_contain_text(sent.reference)
    expect(page.locator("main")).to_contain_text(sent.code)
    page.goto("/konto/")
    page.wait_for_url("**/konto/anmelden/")

    register(page, address)
    page.goto("/konto/antraege/")
    expect(page.locator("main")).to_contain_text("Noch kein Antrag")
