"""Stepping up in the middle of a form, linking log-ins: in a browser, at the simulated houses."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener
from tests.e2e.judges import Judge
from tests.e2e.people import Resident, answers_of

SLUG = "meldebescheinigung-erweitert"


def log_in_at(page: Page, house: str, method: str, who: str, *, javascript: bool = True) -> None:
    """From the page with the buttons to the house, and back with an answer."""
    page.locator(f"form[action$='/konto/anmelden/{house}/'] button").first.click()
    if not javascript:  # with it the request sends itself
        page.get_by_role("button", name="Weiter", exact=True).click()
    page.wait_for_url(f"**/simulation/{house}/anmelden/**")
    page.locator(f"#method-{method}").check()
    page.locator(f"#who-{who}").check()
    page.get_by_role("button", name="Anmelden").click()
    page.get_by_role("button", name="Einverstanden und weiter").click()
    page.wait_for_url(lambda url: "/simulation/" not in url and "/rueckkehr/" not in url)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("phone", [True, False])
def test_step_up_in_the_middle_of_a_form(open_page: Opener, javascript: bool, phone: bool) -> None:
    page = open_page(javascript=javascript, phone=phone)
    resident = Resident(page)
    resident.begin(SLUG)
    expect(page.locator("main")).to_contain_text("Später melden Sie sich an")
    resident.fill_page(SLUG, answers_of(SLUG, fuer_wen="selbst", zweck="arbeit"))
    resident.press("Weiter")
    assert resident.step == "person"
    expect(page.get_by_role("heading", level=1)).to_have_text("Bitte melden Sie sich an")
    here = page.url
    log_in_at(page, "bundid", "eID", "hauke", javascript=javascript)
    assert page.url == here, "back at the same step"
    main = page.locator("main")
    expect(main).to_contain_text("Poelmann")
    expect(main).to_contain_text("von BundID bestätigt")
    assert page.locator("[name='person.last_name']").count() == 0
    assert page.locator("[name='anschrift.street']").input_value() == "Heidestraße"
    resident.press("Weiter")
    answers = answers_of(SLUG, fuer_wen="selbst", zweck="arbeit")
    answers = {key: value for key, value in answers.items() if key not in {"person", "anschrift"}}
    resident.fill(SLUG, answers)
    expect(main).to_contain_text("Für den Arbeitgeber")
    expect(main).to_contain_text("von BundID bestätigt")
    assert resident.submit().reference


def test_open_an_account_and_link_the_land(open_page: Opener) -> None:
    page = open_page()
    page.goto("/konto/anmelden/")
    log_in_at(page, "bundid", "eID", "robin")
    expect(page.get_by_role("heading", level=1)).to_have_text("Servicekonto anlegen?")
    expect(page.locator("main")).to_contain_text("Robin Menke")
    page.locator("#einverstanden").check()
    page.get_by_role("button", name="Konto anlegen").click()
    page.wait_for_url("**/konto/")
    page.goto("/konto/verknuepfungen/")
    expect(page.locator("main")).to_contain_text("Ihr einziger Weg in das Konto")
    log_in_at(page, "niedersachsen", "basis", "robin")
    expect(page.locator(".rh-messages")).to_contain_text("Niedersachsen ist verknüpft")
    expect(page.get_by_role("button", name="Lösen")).to_have_count(2)


def test_pages_are_accessible(open_page: Opener, axe_source: str) -> None:
    page = open_page()
    judge, resident = Judge(page, axe_source), Resident(page)
    resident.begin(SLUG)
    judge.look("first step that says what comes")
    resident.fill_page(SLUG, answers_of(SLUG, fuer_wen="selbst"))
    resident.press("Weiter")
    judge.look("page that asks for the log-in")
    log_in_at(page, "bundid", "eID", "hauke")
    judge.look("step with locked answers")
    page.goto("/konto/anmelden/")
    log_in_at(page, "bundid", "eID", "marek")
    judge.look("open an account?")
    page.get_by_role("button", name="Konto anlegen").click()
    judge.look("open an account, not agreed")
    page.locator("#einverstanden").check()
    page.get_by_role("button", name="Konto anlegen").click()
    judge.go("/konto/verknuepfungen/")
    log_in_at(page, "niedersachsen", "plus", "hauke")
    judge.look("linked")
    page.goto("/konto/rueckkehr/00000000-0000-4000-8000-000000000000/fertig/")
    judge.look("log-in that did not work")
    judge.verdict()
