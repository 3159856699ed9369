"""A scanned letter becomes a document that is read, found, and looked at; judged for access."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Picture
from tests.e2e.judges import Judge
from tests.e2e.people import Clerk
from tests.e2e.test_intake import HOME, file_in_new_case, open_item
from tests.records.renditions import making

SENTENCE = "Die Brücke am Nordgeorgsfehnkanal braucht einen Anstrich."


@pytest.fixture
def clerk(open_page: Opener) -> Clerk:
    someone = Clerk(open_page())
    someone.sign_in("insa.cordes")
    return someone


def test_a_scanned_letter_is_read_found_and_looked_at(
    clerk: Clerk, tmp_path: Path, picture: Picture, axe_source: str
) -> None:
    page, name = clerk.page, f"scan-{uuid.uuid4().hex[:8]}.jpg"
    path = tmp_path / name
    path.write_bytes(making.image(text=SENTENCE))
    page.goto(f"{HOME}hochladen/")
    page.locator("#files").set_input_files(path)
    page.get_by_role("button", name="Hochladen").click()
    expect(page.locator(".dk-progress li")).to_contain_text("angekommen")
    open_item(clerk, name)
    file_in_new_case(page, f"Brücke {name}")
    page.get_by_role("link", name=re.compile("^Ansehen")).first.click()
    page.wait_for_url("**/akten/fassung/**")
    verdict = clerk.wait_for(".rn-verdict", tries=160)
    expect(verdict).to_contain_text("Wiedergabe stimmt: 1 von 1 Seiten")
    shown = page.locator(".rn-pages img").first
    shown.scroll_into_view_if_needed()
    assert shown.evaluate("async img => { await img.decode(); return img.naturalWidth }") > 600
    picture(page, "dokument", height=1000)
    judge = Judge(page, axe_source)
    judge.look("document")
    page.get_by_role("link", name="Text", exact=True).click()
    expect(page.locator(".rn-words")).to_contain_text(SENTENCE)
    judge.look("text")
    page.goto("/arbeit/suche/?q=Anstrich+Nordgeorgsfehnkanal")
    expect(page.locator("main")).to_contain_text(name)
    judge.verdict()


def test_operators_look_at_the_queue(open_page: Opener, axe_source: str) -> None:
    operator = Clerk(open_page(javascript=True))
    operator.sign_in("lars.poppinga")
    operator.page.goto("/arbeit/betrieb/")
    operator.page.get_by_role("link", name="Vorschau, Text und PDF/A: Stand und Fehler").click()
    expect(operator.page.get_by_role("heading", level=1)).to_contain_text("Wiedergaben")
    judge = Judge(operator.page, axe_source)
    judge.look("queue")
    judge.verdict()
