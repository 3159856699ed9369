"""Long page work in the browser: it goes on without the person, and its page says how far it is."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import Opener
from tests.e2e.judges import Judge
from tests.e2e.people import Clerk
from tests.e2e.test_intake import HOME, letter, open_item


def test_a_long_document_is_divided_while_one_does_something_else(
    open_page: Opener, axe_source: str, tmp_path: Path
) -> None:
    page = open_page()
    clerk = Clerk(page)
    clerk.sign_in("insa.cordes")
    judge = Judge(page, axe_source)
    path, name = letter(tmp_path, *(f"Seite {number}" for number in range(1, 15)))
    page.goto(f"{HOME}hochladen/")
    page.locator("#files").set_input_files(path)
    page.get_by_role("button", name="Hochladen").click()
    expect(page.locator(".dk-progress li")).to_contain_text("angekommen")
    open_item(clerk, name)
    page.get_by_role("link", name="Seiten drehen, ordnen, teilen").click()
    page.get_by_role("button", name="Jede Seite einzeln").click()
    page.wait_for_url("**/arbeiten/**")
    here = page.url
    judge.look("work going on")
    page.goto(HOME)  # left, and come back
    page.goto(here)
    expect(page.locator("#stand")).to_contain_text("Daraus entstanden")
    expect(page.locator("#stand li a")).to_have_count(15)  # 14 parts and the original
    judge.look("work done")
    page.get_by_role("link", name=f"{name} (14/14)").click()
    expect(page.locator("main")).to_contain_text("Entstanden aus")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator("main")).to_contain_text("bleibt, bis alle Teile abgelegt sind")
    judge.look("original")
    judge.verdict()
