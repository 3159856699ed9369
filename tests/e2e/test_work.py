"""Work on documents in the browser: co-signing, redaction to a lawyer's screen, judged pages."""

from __future__ import annotations

import re
from io import BytesIO

import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener, Picture
from tests.e2e.judges import LONG_WORD, Judge
from tests.e2e.people import Clerk


def open_file(clerk: Clerk) -> str:
    """The page of cooperation of an open case of the clerk's office; returns its address."""
    page = clerk.page
    page.goto("/arbeit/")
    page.locator("tr", has_text="In Bearbeitung").first.locator(".dk-what a").click()
    page.get_by_role("link", name="In der E-Akte öffnen").click()
    page.goto(re.sub(r"/(\?.*)?$", "/arbeit/", page.url))
    return page.url


def options(page: Page, select: str, name: str) -> str:
    """The value of the choice with this name."""
    found = page.locator(f"{select} option").filter(has_text=name).first
    return found.get_attribute("value") or ""


def test_a_document_goes_round_and_comes_back_signed(
    open_page: Opener, axe_source: str, picture: Picture
) -> None:
    insa = Clerk(open_page())
    insa.sign_in("insa.cordes")
    case = open_file(insa)
    page = insa.page
    page.locator("#text").fill(f"Antwort der {LONG_WORD} da?")
    insa.press("Setzen")
    page.locator("#comment").fill("Bitte einmal ansehen.")
    page.locator("#mention").select_option(options(page, "#mention", "Renko Folkerts"))
    insa.press("Kommentieren")
    judge = Judge(page, axe_source)
    judge.look("cooperation on a case")
    page.get_by_role("link", name="Mitzeichnung beginnen").first.click()
    insa.press("Mitzeichnung beginnen")
    judge.look("new run with errors")
    page.locator("#title").fill("Anzeige prüfen")
    page.locator("input[name=document]").first.check()
    page.locator("#who1").select_option(options(page, "#who1", "Renko Folkerts"))
    page.locator("#ask2").select_option("final")
    page.locator("#who2").select_option(options(page, "#who2", "Habbo Freese"))
    insa.press("Mitzeichnung beginnen")
    page.wait_for_url(re.compile(r"/arbeit/mitzeichnung/"))
    run = page.url
    for login in ("renko.folkerts", "habbo.freese"):
        clerk = Clerk(open_page(phone=login == "renko.folkerts", javascript=False))
        clerk.sign_in(login)
        clerk.page.goto("/arbeit/aufgaben/?zeige=sign")
        clerk.page.get_by_role("link", name="Anzeige prüfen").first.click()
        clerk.page.locator("#comment").fill("In Ordnung.")
        with clerk.page.expect_navigation():
            clerk.page.locator("button[name=act][value=do]").click()
        expect(clerk.page.locator("main")).to_contain_text("Erledigt")
    page.goto(run)
    insa.wait_for("text=Protokoll der Mitzeichnung")
    judge.look("finished run")
    picture(page, "mitzeichnung", height=900)
    judge.go("/arbeit/aufgaben/", "/arbeit/aufgaben/?zeige=asked", "/arbeit/schlagworte/", case)
    judge.verdict()


@pytest.mark.parametrize("javascript", [True, False], ids=["mouse", "without script"])
def test_redacted_for_a_lawyer(
    open_page: Opener, axe_source: str, picture: Picture, javascript: bool
) -> None:
    clerk = Clerk(open_page(javascript=javascript))
    clerk.sign_in("eilert.janssen")
    page = clerk.page
    case = open_file(clerk)
    insight = re.sub(r"/arbeit/$", "/akteneinsicht/", case)
    page.goto(insight)
    page.locator("button", has_text="Schwärzen").last.click()
    clerk.wait_for("svg[data-wk-draw], .wk-sheet svg")
    page.locator("input[value=date]").check()
    page.locator("#words").fill("Wiesmoor\nHund")
    clerk.press("Suchen und markieren")
    if javascript:
        box = page.locator(".wk-sheet svg").bounding_box()
        assert box is not None
        before = page.locator(".wk-boxes li").count()
        page.mouse.move(box["x"] + 40, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(box["x"] + 160, box["y"] + 70)
        with page.expect_navigation():
            page.mouse.up()
        expect(page.locator(".wk-boxes li")).to_have_count(before + 1)
        judge = Judge(page, axe_source)
        judge.look("redaction")
        picture(page, "schwaerzen", height=1000)
    else:
        for name, value in {"left": "20", "top": "15", "width": "60", "height": "12,5"}.items():
            page.locator(f"#{name}").fill(value)
        clerk.press("Fläche markieren")
    page.locator("#title").fill("Schreiben, geschwärzt")
    clerk.press("Geschwärzte Fassung erstellen")
    clerk.wait_for("text=liegt in der Akte")
    page.goto(insight)
    page.get_by_role("link", name="Geschwärzte Fassungen freigeben").click()
    page.get_by_label("Schreiben, geschwärzt").first.check()
    page.locator("#recipient").fill("Rechtsanwältin Deichmann")
    page.locator("#purpose").fill("Akteneinsicht nach § 29 VwVfG")
    clerk.press("Freigeben")
    code = page.locator(".rh-code samp").inner_text()
    link = page.locator(".rh-link a").inner_text()
    lawyer = Clerk(open_page(phone=True, javascript=javascript))
    lawyer.page.goto(link)
    lawyer.page.locator("#code").fill(code.lower())
    lawyer.press("Dokumente öffnen")
    content = lawyer.download(lawyer.page.locator(".rh-files a").first)
    text = "".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(content)).pages)
    assert text.strip() == ""
    if javascript:
        picture(lawyer.page, "einsicht-phone", height=800)
        judge = Judge(lawyer.page, axe_source)
        judge.look("documents for a lawyer")
        judge.verdict()
    page.goto(insight)
    clerk.press("Beenden")
    lawyer.page.reload()
    expect(lawyer.page.locator("#code")).to_be_visible()
