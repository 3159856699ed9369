"""Logging in at the simulated account systems: in a browser, without JavaScript, judged by axe."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Opener
from tests.e2e.judges import Judge

BOARDS = ["/simulation/bundid/", "/simulation/niedersachsen/", "/simulation/unternehmenskonto/"]


def leave_for(page: Page, house: str, *, javascript: bool = True) -> None:
    """From the town's log-in page to the log-in page of a house."""
    page.goto("/konto/anmelden/")
    page.locator(f"form[action$='/konto/anmelden/{house}/'] button").click()
    if not javascript:  # with it the request sends itself
        page.get_by_role("button", name="Weiter", exact=True).click()
    page.wait_for_url(f"**/simulation/{house}/anmelden/**")


def log_in(page: Page, method: str, who: str) -> None:
    """Choose and agree."""
    page.locator(f"#method-{method}").check()
    page.locator(f"#who-{who}").check()
    page.get_by_role("button", name="Anmelden").click()
    page.get_by_role("button", name="Einverstanden und weiter").click()


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize(
    ("house", "method", "who", "name"),
    [
        ("bundid", "eID", "tjorven", "Tjorven Harms"),
        ("niedersachsen", "plus", "ubbo", "Ubbo Wessels"),
        ("unternehmenskonto", "zertifikat", "ubben", "Enno Ubben"),
    ],
)
def test_residents_come_into_their_accounts(
    open_page: Opener, house: str, method: str, who: str, name: str, javascript: bool
) -> None:
    page = open_page(javascript=javascript)
    leave_for(page, house, javascript=javascript)
    log_in(page, method, who)
    # The way back passes addresses below /konto/ too: it is over when none of them is left.
    page.wait_for_url(lambda url: "/simulation/" not in url and "/rueckkehr/" not in url)
    page.goto("/konto/")
    assert name in page.locator("main").inner_text()


def test_cancelling_leads_back_and_says_so(open_page: Opener) -> None:
    page = open_page()
    leave_for(page, "bundid")
    page.get_by_role("button", name="Abbrechen").click()
    page.get_by_role("button", name="Zurück zum Rathaus").click()
    page.get_by_text("Sie haben die Anmeldung abgebrochen").wait_for()


def test_pages_are_accessible(open_page: Opener, axe_source: str) -> None:
    page = open_page()
    judge = Judge(page, axe_source)
    leave_for(page, "bundid")
    judge.look("log-in page")
    page.get_by_role("button", name="Anmelden").click()
    judge.look("log-in page with errors")
    page.locator("#who-hauke").check()
    page.get_by_role("button", name="Anmelden").click()
    judge.look("what will be told")
    page.get_by_role("button", name="Abbrechen").click()
    judge.look("cancelled")
    judge.go(*BOARDS, "/simulation/bundid/fehler/?idp.code=akdb-extension-missing")
    page.goto("/simulation/bundid/")
    page.locator("main table a").first.click()
    judge.look("message")
    judge.verdict()
