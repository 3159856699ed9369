"""From the list of what is due to the protocol, with the simulated archive at the other end."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener, Picture
from tests.e2e.judges import Judge
from tests.e2e.people import Clerk
from tests.support.server import Running

ARCHIVE = "Kreisarchiv Aurich (simuliert)"


def press(page: Page, name: str) -> None:
    """Press a button and wait for the next page."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


def until(page: Page, text: str, tries: int = 60) -> None:
    """Reload until a job has done its part."""
    for _number in range(tries):
        if text in " ".join(page.locator("main").inner_text().split()):
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{text!r} did not appear:\n{page.locator('main').inner_text()}")


def pick(page: Page, title: str) -> None:
    row = page.locator("tr", has_text=title)
    row.locator("input[name=pick]").check()


def test_from_the_list_to_the_protocol(
    open_page: Opener, town: Running, picture: Picture, axe_source: str
) -> None:
    manager, archive = Clerk(open_page()), open_page()
    manager.sign_in("meike.ulrichs")
    page = manager.page
    judge = Judge(page, axe_source)
    page.goto("/arbeit/aussonderung/")
    judge.look("what is due")
    pick(page, "Osterfeuer Hinrichsfehn")
    pick(page, "Zuschuss Heimatverein")
    page.get_by_label("Archiv", exact=True).select_option(label=ARCHIVE)
    press(page, "Mit den ausgewählten Vorgängen")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Aussonderung AUS-")
    process, reference = page.url, page.locator("h1").inner_text().split()[1]
    press(page, "Dem Archiv anbieten")
    until(page, "Laden 0501")
    ident = process.rstrip("/").rsplit("/", 1)[-1]

    archive.goto("/simulation/archiv/")
    archive.goto(f"/simulation/archiv/{ident}/")
    expect(archive.locator("main")).to_contain_text("Zuschuss Heimatverein")
    archive.get_by_label(re.compile("Bewertung von 20.40")).select_option("A")
    archive.get_by_label(re.compile("Bewertung von 32.40")).select_option("V")
    Judge(archive, axe_source).look("the archive's side")
    press(archive, "Empfang der Anbietung bestätigen (0504)")
    archive.get_by_label(re.compile("Bewertung von 20.40")).select_option("A")
    archive.get_by_label(re.compile("Bewertung von 32.40")).select_option("V")
    press(archive, "Bewertung senden (0502)")

    page.goto(process)
    until(page, "1 archivwürdig, 1 zu vernichten")
    judge.look("appraised")
    picture(page, "aussonderung", height=1000)
    press(page, "An das Archiv abgeben")
    until(page, "Laden 0503")

    archive.goto("/simulation/archiv/")
    archive.goto(f"/simulation/archiv/{ident}/")
    expect(archive.locator("main")).to_contain_text(re.compile("[1-9] Datei"))
    expect(archive.locator("main")).not_to_contain_text("Prüfsumme fehlt")
    press(archive, "Übernahme bestätigen (0506)")

    page.goto(process)
    until(page, "1 übernommen, 0 nicht übernommen")
    press(page, "Vernichtung vorschlagen")
    expect(page.locator("main")).to_contain_text("Freigeben muss jemand anderes")

    head = Clerk(open_page())
    head.sign_in("gerd.harms")
    head.page.goto("/arbeit/aussonderung/verfahren/")
    head.page.get_by_role("link", name=reference).click()
    press(head.page, "Vernichtung freigeben")

    page.goto(process)
    until(page, "Protokoll in der E-Akte")
    expect(page.locator("main")).not_to_contain_text("Heimatverein")
    judge.look("finished")
    page.get_by_role("link", name="Protokoll in der E-Akte").click()
    expect(page.locator("main")).to_contain_text(f"Protokoll der Aussonderung {reference}")
    page.goto("/arbeit/aussonderung/vernichtet/")
    expect(page.locator("main")).to_contain_text(reference)
    judge.go("/arbeit/aussonderung/archive/", "/arbeit/aussonderung/sperren/")
    assert not judge.found, "\n".join(judge.found)
    assert not judge.errors, judge.errors

    result = town.rathaus("records", "verify", "--json")
    assert json.loads(result.stdout)["ok"], result.stdout[-2000:]
    status = town.rathaus("records", "dispose", "status", "--json")
    assert reference not in status.stdout


def test_a_hold_keeps_a_case_out_without_javascript(open_page: Opener) -> None:
    clerk = Clerk(open_page(javascript=False, phone=True))
    clerk.sign_in("habbo.freese")
    page = clerk.page
    page.goto("/arbeit/aussonderung/sperren/")
    expect(page.locator("main")).to_contain_text("Klage gegen die Gebühr")
    page.get_by_role("link", name=re.compile("Sondernutzung")).click()
    expect(page.locator("main")).to_contain_text("Löschsperre")
    expect(page.locator("main")).to_contain_text("Verwaltungsgericht")
    page.goto(page.url + "loeschverlangen/")
    expect(page.locator("main")).to_contain_text("Gesperrt: noch nicht löschen")
