"""A stack of paper becomes documents, a second person checks; cabinets become empty."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import Opener
from tests.e2e.judges import Judge
from tests.e2e.people import Clerk
from tests.records.scanning.making import stack


def test_a_stack_of_letters_from_paper_to_passed_check(
    open_page: Opener, axe_source: str, tmp_path: Path
) -> None:
    scans = [tmp_path / "brief_1.pdf", tmp_path / "brief_2.pdf"]
    for number, path in enumerate(scans):
        path.write_bytes(stack(2, first=500 + 10 * number))
    eilert = Clerk(open_page())
    eilert.sign_in("eilert.janssen")
    page = eilert.page
    page.goto("/arbeit/scannen/")
    page.get_by_role("link", name="Stapel beginnen").first.click()
    page.locator("#herkunft").fill("Keller 2, Regal 3")
    page.locator("#blaetter").fill("4")
    eilert.press("Stapel beginnen")
    address = page.url
    page.locator("#dateien").set_input_files([str(path) for path in scans])
    eilert.press("Hochladen")
    eilert.wait_for("table >> text=brief 2")
    page.locator("#akz").fill("Altakten")
    eilert.press("Wählen")
    page.locator(".dk-offers button").first.click()
    eilert.wait_for("text=Seiten und Blätter passen zusammen")
    judge = Judge(page, axe_source)
    judge.look("open batch")
    eilert.press("An die E-Akte übergeben")
    expect(page.get_by_role("alert")).to_contain_text("Bestätigen Sie")
    page.get_by_label("Die Scans stimmen mit dem Papier").check()
    eilert.press("An die E-Akte übergeben")
    expect(page.locator("#uebergabe")).to_contain_text("Eine zweite Person prüft")

    meike = Clerk(open_page(javascript=False))
    meike.sign_in("meike.ulrichs")
    other = meike.page
    other.goto(address)
    meike.press("Stichprobe ziehen und prüfen")
    expect(other.locator("img.sc-page")).to_be_visible()
    meike.press("Neu scannen lassen")  # without a reason
    expect(other.get_by_role("alert")).to_contain_text("falsch")
    for _page in range(20):
        if other.get_by_role("button", name="Prüfung abschließen").count():
            break
        meike.press("Gut, weiter")
    meike.press("Prüfung abschließen")
    expect(other.locator("#uebergabe")).to_contain_text("aufzubewahren")
    judge.verdict()


def test_pages_of_scanning_and_legacy_files(open_page: Opener, axe_source: str) -> None:
    meike = Clerk(open_page())
    meike.sign_in("meike.ulrichs")
    page = meike.page
    judge = Judge(page, axe_source)
    judge.go("/arbeit/scannen/", "/arbeit/scannen/papier/", "/arbeit/scannen/profile/neu/")
    judge.go("/arbeit/scannen/verfahren/", "/arbeit/altbestand/", "/arbeit/altbestand/regale/")
    page.goto("/arbeit/altbestand/regale/?q=Regal+3")
    page.get_by_role("link", name="Keller 2 · Regal 3").click()
    page.locator("#leer").fill("999")
    meike.press("Eintragen")
    judge.look("shelf with an error")
    page.locator("#leer").fill("0,5")
    meike.press("Eintragen")
    expect(page.locator("main")).to_contain_text("0,5")
    judge.verdict()
