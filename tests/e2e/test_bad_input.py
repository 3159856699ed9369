"""Wrong and hostile input: a clear sentence in German, and nothing that was typed is lost."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import FilePayload, expect

from tests.e2e.conftest import Opener
from tests.e2e.people import Resident, answers_of
from tests.support import files
from tests.support.form_filler import fill_date

DOG, TRADE = "hund-anmelden", "gewerbe-anmelden"
AUTHORITY = "Landkreis Aurich, Amt für \u202eRecht\u202c \U0001f9c7"


def at_step(resident: Resident, slug: str, step: str, **more: object) -> None:
    resident.begin(slug)
    resident.fill(slug, answers_of(slug, **more), until=step)


@pytest.fixture
def permits(open_page: Opener) -> Resident:
    """A resident on the page that takes a permit, with the other fields filled in."""
    resident = Resident(open_page(javascript=False))
    at_step(resident, TRADE, "nachweise", erlaubnis="liegt_vor")
    resident.page.locator('[name="erlaubnis_behoerde"]').fill(AUTHORITY)
    fill_date(resident.page, "erlaubnis_datum", "2025-06-02")
    return resident


BAD = {
    "executable": (files.as_file("erlaubnis.pdf", files.EXECUTABLE), "Diese Datei ist kein PDF"),
    "virus": (files.as_file("erlaubnis.pdf", files.pdf() + files.EICAR), "Diese Datei"),
    "empty": (files.as_file("leer.pdf", b""), "Diese Datei ist leer"),
    "page": (files.as_file("seite.pdf", b"<html><script>alert(1)</script>"), "ist kein PDF"),
    "long": (files.as_file("lang.pdf", files.pdf(extra=os.urandom(11_000_000))), "höchstens 10"),
}


@pytest.mark.parametrize("name", BAD)
def test_refused_file_keeps_what_was_typed(name: str, permits: Resident) -> None:
    file, words = BAD[name]
    page = permits.page
    page.locator("#erlaubnis_datei").set_input_files(file)
    permits.press("Weiter")
    assert any(words in error for error in permits.errors()), permits.errors()
    expect(page.locator('[name="erlaubnis_behoerde"]')).to_have_value(
        AUTHORITY.replace("\u202e", "").replace("\u202c", "")
    )
    expect(page.locator('[name="erlaubnis_datum.year"]')).to_have_value("2025")
    assert page.title().startswith("Fehler:")


def test_name_with_a_path_becomes_a_plain_name(permits: Resident) -> None:
    file: FilePayload = files.as_file("../../../etc/cron.d/rathaus.pdf", files.pdf())
    permits.page.locator("#erlaubnis_datei").set_input_files(file)
    permits.press("Weiter")
    permits.fill(TRADE, answers_of(TRADE))
    row = permits.page.locator(".rh-answers > div", has_text="Erlaubnis hochladen")
    expect(row).to_contain_text("rathaus.pdf")
    expect(row).not_to_contain_text("..")


def test_day_that_does_not_exist(open_page: Opener) -> None:
    resident = Resident(open_page())
    page = resident.page
    resident.begin(DOG)
    resident.fill_page(DOG, answers_of(DOG))
    fill_date(page, "person.birth_date", "1985-02-31")
    resident.press("Weiter")
    assert len(resident.errors()) == 1
    assert "Den 31. Februar gibt es nicht" in resident.errors()[0]
    expect(page.locator('[name="person.birth_date.day"]')).to_have_value("31")
    expect(page.locator('[name="anschrift.street"]')).to_have_value("Fliederstraße")


def test_error_summary_takes_the_focus_and_leads_to_the_field(open_page: Opener) -> None:
    page = open_page()
    resident = Resident(page)
    resident.begin(DOG)
    resident.press("Weiter")
    summary = page.locator(".rh-errors")
    expect(summary).to_be_focused()
    assert page.title().startswith("Fehler:")
    links = summary.get_by_role("link")
    assert links.count() == len(resident.errors()) > 3
    for index in range(links.count()):
        target = (links.nth(index).get_attribute("href") or "").removeprefix("#")
        field = page.locator(f"[id='{target}']")
        expect(field).to_have_count(1)
        links.nth(index).click()
        expect(field).to_be_focused()
        assert field.get_attribute("aria-invalid") == "true"


def test_wrong_check_digits_of_an_iban(open_page: Opener) -> None:
    resident = Resident(open_page(javascript=False))
    page = resident.page
    at_step(resident, DOG, "steuer")
    answers = answers_of(DOG, iban="DE13 1203 0000 0000 2020 51")
    resident.fill_page(DOG, answers)
    resident.press("Weiter")
    assert len(resident.errors()) == 1
    assert "IBAN" in resident.errors()[0]
    expect(page.locator('[name="iban"]')).to_have_value("DE13 1203 0000 0000 2020 51")
    expect(page.locator('[name="kontoinhaber"]')).to_have_value("Onno Behrends")


def test_ten_megabytes_of_text_are_refused_kindly(open_page: Opener) -> None:
    page = open_page()
    resident = Resident(page)
    at_step(resident, DOG, "kontakt")
    page.evaluate("document.querySelector('textarea').value = 'Wau '.repeat(2_500_000)")
    resident.press("Weiter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("zu groß")
    page.go_back()
    assert resident.step == "kontakt"


def test_markup_in_answers_stays_text(open_page: Opener) -> None:
    page = open_page()
    resident = Resident(page)
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    name = "<script>alert(1)</script>{{ 7*7 }}"
    at_step(resident, DOG, "pruefen", versicherung=name)
    expect(page.locator("main")).to_contain_text(name)
    assert alerts == []
