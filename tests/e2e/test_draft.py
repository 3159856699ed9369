"""Nothing is lost and nothing is doubled, whatever people do with their browsers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener
from tests.e2e.people import Resident, answers_of

FREE = "hund-anmelden"
PAID = "meldebescheinigung-einfach"
ASKED_FOR_CODE = "Bitte zeigen Sie Ihren Code"

SEND_TWICE = """
async () => {
  const form = document.querySelector('form.rh-send');
  const send = () => fetch(form.action, {
    method: 'POST', body: new URLSearchParams(new FormData(form)),
  });
  const answers = await Promise.all([send(), send(), send()]);
  return answers.map(answer => [answer.status, answer.url]);
}
"""


def at_check_page(page: Page, slug: str = PAID) -> Resident:
    resident = Resident(page)
    resident.begin(slug)
    resident.fill(slug, answers_of(slug))
    return resident


def test_goes_on_elsewhere_with_link_and_code(open_page: Opener) -> None:
    at_home = Resident(open_page(phone=True, javascript=False))
    at_home.begin(FREE)
    answers = answers_of(FREE)
    at_home.fill(FREE, answers, until="pflichten")
    link, code = at_home.save_for_later()
    elsewhere = Resident(open_page())
    page = elsewhere.page
    page.goto(link)
    page.locator("input[name=code], input[name=_code]").first.fill("AAAA-BBBB-CCCC")
    elsewhere.press("Weitermachen")
    assert elsewhere.errors(), "a wrong code must not open the draft"
    page.locator("#code").fill(code.lower())
    elsewhere.press("Weitermachen")
    page.wait_for_url("**/pflichten/")
    page.get_by_role("link", name="Zurück").first.click()
    expect(page.locator('[name="hunde.0.hund_name"]')).to_have_value("Bello")
    elsewhere.fill(FREE, answers)
    elsewhere.submit()


def test_concurrent_sending_makes_one_application(open_page: Opener) -> None:
    resident = at_check_page(open_page())
    answers = resident.page.evaluate(SEND_TWICE)
    assert {status for status, _ in answers} == {200}
    assert len({url for _, url in answers}) == 1, answers
    assert "/bestaetigung/" in answers[0][1]


def test_double_click_makes_one_application(open_page: Opener) -> None:
    resident = at_check_page(open_page(), FREE)
    resident.page.locator(".rh-send button[type=submit]").first.dblclick(no_wait_after=True)
    resident.sent()
    resident.page.goto("/vorgang/")
    expect(resident.page.locator("section[aria-labelledby=hier] article")).to_have_count(1)


def test_back_after_sending_leads_to_the_confirmation(open_page: Opener) -> None:
    resident = at_check_page(open_page(), FREE)
    check = resident.page.url
    sent = resident.submit()
    resident.page.go_back()
    resident.page.wait_for_load_state()
    if resident.page.url == check:  # shown from memory: sending it again changes nothing
        resident.page.locator(".rh-send button[type=submit]").first.click()
    assert resident.sent() == sent


def test_two_tabs_do_not_overwrite_each_other_unseen(open_page: Opener) -> None:
    page = open_page()
    one = Resident(page)
    one.begin(FREE)
    other = Resident(page.context.new_page())
    other.page.goto(page.url)
    answers = answers_of(FREE)
    one.fill_page(FREE, answers)
    page.locator('[name="anschrift.street"]').fill("Erster Weg")
    one.press("Weiter")
    page.wait_for_url("**/hunde/")
    other.fill_page(FREE, answers)
    street = other.page.locator('[name="anschrift.street"]')
    street.fill("Zweiter Weg")
    other.press("Weiter")
    expect(other.page.locator("main")).to_contain_text("In einem anderen Fenster geändert")
    expect(street).to_have_value("Zweiter Weg")
    other.press("Weiter")
    other.page.wait_for_url("**/hunde/")
    other.page.get_by_role("link", name="Zurück").first.click()
    expect(street).to_have_value("Zweiter Weg")


@pytest.mark.parametrize("javascript", [True, False])
def test_access_that_ran_out_loses_nothing(open_page: Opener, javascript: bool) -> None:
    resident = Resident(open_page(javascript=javascript))
    page = resident.page
    resident.begin(FREE)
    _, code = resident.save_for_later()
    page.get_by_role("link", name="Jetzt weitermachen").click()
    answers = answers_of(FREE)
    resident.fill_page(FREE, answers)
    page.context.clear_cookies(name="rathaus_zugang")
    resident.press("Weiter")
    expect(page.get_by_role("heading", level=1)).to_have_text(ASKED_FOR_CODE)
    page.locator("#code").fill(code)
    resident.press("Speichern und weitermachen")
    page.wait_for_url("**/hunde/")
    page.get_by_role("link", name="Zurück").first.click()
    expect(page.locator('[name="anschrift.street"]')).to_have_value("Fliederstraße")


def test_deleted_cookies_keep_what_was_saved(open_page: Opener) -> None:
    resident = Resident(open_page())
    page = resident.page
    resident.begin(FREE)
    answers = answers_of(FREE)
    resident.fill(FREE, answers, until="hunde")
    link, code = resident.save_for_later()
    page.context.clear_cookies()
    page.goto(link)
    page.locator("#code").fill(code)
    resident.press("Weitermachen")
    page.wait_for_url("**/hunde/")
    page.get_by_role("link", name="Zurück").first.click()
    expect(page.locator('[name="person.last_name"]')).to_have_value("Behrends")


def test_somebody_else_cannot_open_it(open_page: Opener) -> None:
    mine = Resident(open_page())
    mine.begin(FREE)
    mine.fill(FREE, answers_of(FREE), until="hunde")
    stranger = Resident(open_page())
    stranger.page.goto(mine.page.url)
    expect(stranger.page.locator("main")).not_to_contain_text("Behrends")
    expect(stranger.page.get_by_role("heading", level=1)).to_have_text(ASKED_FOR_CODE)
