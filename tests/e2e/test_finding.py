"""Finding in the record, in the browser: words, fields, phone, a search with a name."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Picture
from tests.e2e.judges import Judge
from tests.e2e.people import Clerk


def test_find_narrow_and_save(open_page: Opener, axe_source: str, picture: Picture) -> None:
    page = open_page()
    judge = Judge(page, axe_source)
    Clerk(page).sign_in("insa.cordes")
    page.goto("/arbeit/suche/")
    page.get_by_label("Was suchen Sie?").fill("gewerbe")
    page.keyboard.press("Enter")
    expect(page.locator(".fi-hits mark").first).to_be_visible()
    judge.look("results")
    picture(page, "suche", height=900)
    page.get_by_label("Dateityp").select_option(label="PDF")
    page.get_by_role("button", name="Anwenden").click()
    expect(page.locator(".fi-chips")).to_contain_text("Dateityp: PDF")
    page.get_by_text("Diese Suche speichern").click()
    page.get_by_label("Name der Suche").fill("Gewerbe-PDF")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator(".fi-saved")).to_contain_text("Gewerbe-PDF")
    page.goto("/arbeit/akten/")
    page.get_by_role("link", name="Gewerbe-PDF").click()
    expect(page.locator(".fi-chips")).to_contain_text("Dateityp: PDF")
    page.get_by_role("button", name="Suche „Gewerbe-PDF“ löschen").click()
    judge.go("/arbeit/suche/hilfe/", "/arbeit/suche/?q=gewerbe+von:quatsch&einzeln=1")
    judge.verdict()


def test_filters_open_on_a_phone_without_javascript(open_page: Opener) -> None:
    page = open_page(phone=True, javascript=False)
    Clerk(page).sign_in("insa.cordes")
    page.goto("/arbeit/suche/?q=gewerbe")
    expect(page.get_by_label("Dateityp")).to_be_hidden()
    page.locator(".fi-narrow > summary").click()
    expect(page.get_by_label("Dateityp")).to_be_visible()
