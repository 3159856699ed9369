"""Letters come in, are looked at, divided, and filed by a clerk; judged for accessibility."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Opener, Picture
from tests.e2e.judges import Judge
from tests.e2e.people import Clerk
from tests.records.intake import making

HOME = "/arbeit/eingang/"


@pytest.fixture
def clerk(open_page: Opener) -> Clerk:
    """Insa Cordes of the Gewerbeamt: her basket is not touched by the other tests."""
    someone = Clerk(open_page())
    someone.sign_in("insa.cordes")
    return someone


def letter(tmp_path: Path, *pages: str) -> tuple[Path, str]:
    """A file that nobody else uploads, and its name."""
    name = f"brief-{uuid.uuid4().hex[:8]}.pdf"
    path = tmp_path / name
    path.write_bytes(making.pdf(*(f"{page} {name}" for page in pages)))
    return path, name


def open_item(clerk: Clerk, name: str) -> None:
    """Wait until it is checked, then open it."""
    clerk.page.goto(f"{HOME}?tab=ready&q={name}")
    clerk.wait_for(f".dk-intake th a:has-text('{name}')").click()


def file_in_new_case(page: Page, title: str) -> None:
    page.get_by_role("link", name="Ablegen", exact=True).first.click()
    page.locator("#new_title").fill(title)
    page.locator("#place").select_option(index=1)
    page.get_by_role("button", name="Vorgang anlegen und ablegen").click()
    page.wait_for_url("**/akten/vorgang/**")


def test_a_stack_is_uploaded_divided_and_filed(
    clerk: Clerk, tmp_path: Path, picture: Picture
) -> None:
    page = clerk.page
    path, name = letter(tmp_path, "Widerspruch", "Seite zwei", "Rechnung")
    page.goto(f"{HOME}hochladen/")
    page.locator("#files").set_input_files(path)
    page.get_by_role("button", name="Hochladen").click()
    expect(page.locator(".dk-progress li")).to_contain_text("angekommen")
    open_item(clerk, name)
    clerk.wait_for(".dk-thumbs img")
    picture(page, "eingang", height=900)
    page.get_by_role("link", name="Seiten bearbeiten").click()
    page.get_by_label("danach trennen").nth(1).check()
    page.locator("#turn3").select_option("90")
    page.get_by_role("button", name="An den Markierungen teilen").click()
    page.wait_for_url(f"**{HOME}")
    expect(page.locator(".rh-messages")).to_contain_text("Geteilt in 2 Eingänge")
    page.goto(f"{HOME}?tab=ready&q={name}")
    clerk.wait_for(f".dk-intake th a:has-text('{name} (2/2)')").click()
    file_in_new_case(page, f"Rechnung {name}")
    expect(page.locator("main")).to_contain_text(f"{name} (2/2)")


def test_a_mail_is_filed_without_javascript(open_page: Opener, tmp_path: Path) -> None:
    clerk = Clerk(open_page(javascript=False))
    clerk.sign_in("insa.cordes")
    page = clerk.page
    subject = f"Anfrage {uuid.uuid4().hex[:8]}"
    attachment = ("plan.pdf", making.pdf("Lageplan"), "application/pdf")
    path = tmp_path / "nachricht.eml"
    path.write_bytes(making.mail(attachment, subject=subject))
    page.goto(f"{HOME}hochladen/")
    page.locator("#files").set_input_files(path)
    page.get_by_role("button", name="Hochladen").click()
    open_item(clerk, subject)
    expect(page.locator("main")).to_contain_text("plan.pdf")
    page.get_by_text("Text lesen").click()
    file_in_new_case(page, f"Vorgang {subject}")
    documents = page.get_by_role("region", name="Dokumente")
    expect(documents).to_contain_text(subject)
    expect(documents).to_contain_text("plan.pdf")


def test_folders_arrive_and_an_interrupted_file_goes_on(
    clerk: Clerk, tmp_path: Path, axe_source: str
) -> None:
    """A folder is chosen, another dropped from the desktop; a big file stops halfway."""
    page, mark = clerk.page, uuid.uuid4().hex[:8]
    for folder in ("gewaehlt", "gezogen"):
        below = tmp_path / folder / "Unterordner"
        below.mkdir(parents=True)
        (below / "brief.txt").write_text(f"{folder} {mark}")
        (below.parent / "Zeichnung.txt").write_text(f"Zeichnung {folder} {mark}")
        (below.parent / "Thumbs.db").write_text("Abfall")
    (tmp_path / "gewaehlt" / "leer.txt").touch()
    big = tmp_path / f"gross-{mark}.bin"
    big.write_bytes(mark.encode() * (9 << 17))  # three parts

    page.goto(f"{HOME}hochladen/")
    page.locator("#folder").set_input_files(tmp_path / "gewaehlt")
    page.get_by_role("button", name="Hochladen").click()
    expect(page.locator("[data-said]")).to_have_text("2 von 3 Dateien angekommen")
    expect(page.locator(".dk-progress .is-bad")).to_contain_text("leer.txt")
    devtools = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        files = {"items": [], "files": [str(tmp_path / "gezogen")], "dragOperationsMask": 1}
        where = {"type": kind, "x": 600, "y": 60, "data": files}
        devtools.send("Input.dispatchDragEvent", where)
    expect(page.locator("[data-said]")).to_have_text("4 von 5 Dateien angekommen")
    expect(page.locator(".dk-progress")).to_contain_text("gezogen/Unterordner/brief.txt")
    expect(page.get_by_role("link", name="Weiter zum Eingangskorb")).to_be_visible()
    judge = Judge(page, axe_source)
    judge.look("files that arrived")
    judge.verdict()

    parts: list[str] = []

    def stop(route: Route) -> None:
        parts.append(route.request.headers["upload-offset"])
        route.abort() if len(parts) == 2 else route.continue_()

    page.goto(f"{HOME}hochladen/")
    page.route("**/hochladen/*-*/", stop)
    page.locator("#files").set_input_files(big)
    page.get_by_role("button", name="Hochladen").click()
    expect(page.locator(".dk-progress li")).to_contain_text("Die Verbindung ist unterbrochen")
    page.on("dialog", lambda dialog: dialog.accept())  # leave although something is on its way
    page.goto(f"{HOME}hochladen/")
    page.locator("#files").set_input_files(big)
    page.get_by_role("button", name="Hochladen").click()
    expect(page.locator("[data-said]")).to_have_text("1 von 1 Dateien angekommen")
    assert parts == ["0", "4194304", "4194304", "8388608"]


def test_discard_and_restore_with_the_keyboard(clerk: Clerk, tmp_path: Path) -> None:
    page = clerk.page
    path, name = letter(tmp_path, "Werbung")
    page.goto(f"{HOME}hochladen/")
    page.locator("#files").set_input_files(path)
    page.locator("main button[type=submit]").press("Enter")
    expect(page.locator(".dk-progress li")).to_contain_text("angekommen")
    page.goto(f"{HOME}?tab=ready&q={name}")
    clerk.wait_for("input[name=pick]").press("Space")
    page.locator("#b-r").fill("Werbung")
    page.locator("#b-r").press("Enter")
    expect(page.locator(".rh-messages")).to_contain_text("1 verworfen")
    page.goto(f"{HOME}?tab=discarded&q={name}")
    page.locator("input[name=pick]").check()
    page.get_by_role("button", name="Wiederherstellen").click()
    expect(page.locator(".rh-messages")).to_contain_text("1 wiederhergestellt")


def test_every_page_of_the_intake_is_accessible(open_page: Opener, axe_source: str) -> None:
    clerk = Clerk(open_page())
    clerk.sign_in("eilert.janssen")
    page = clerk.page
    judge = Judge(page, axe_source)
    judge.go(HOME, f"{HOME}hochladen/", f"{HOME}trennblatt/", f"{HOME}regeln/")
    judge.go(f"{HOME}quarantaene/")
    page.goto(f"{HOME}?tab=ready")
    page.locator(".dk-intake th a").first.click()
    page.wait_for_url(re.compile(r"/eingang/[0-9a-f-]{36}/$"))
    here = page.url
    judge.go(here)
    ident = here.rstrip("/").rsplit("/", 1)[-1]
    judge.go(f"{HOME}ablegen/?i={ident}", f"{here}verwerfen/")
    page.goto(f"{HOME}?tab=ready&q=Hündin")
    page.locator(".dk-intake th a").first.click()
    judge.go(f"{page.url}seiten/")
    judge.verdict()


def test_the_sources_page_is_accessible(open_page: Opener, axe_source: str) -> None:
    operator = Clerk(open_page())
    operator.sign_in("lars.poppinga")
    judge = Judge(operator.page, axe_source)
    judge.go(f"{HOME}quellen/")
    page = operator.page
    page.locator("#name").fill("Scanner im Flur")
    page.locator("#to").select_option(index=1)
    page.get_by_role("button", name="Zugang anlegen").click()
    expect(page.locator(".dk-secret")).to_contain_text("rhe_")
    judge.look("a new token")
    judge.verdict()
