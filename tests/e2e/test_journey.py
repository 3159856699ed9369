"""The whole way: from the word "Gewerbeschein" to the letter and the record."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pikepdf
import pypdf
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Picture
from tests.e2e.people import Clerk, Resident, Sent, answers_of
from tests.support import files
from tests.support.server import Running

SERVICE = "gewerbe-anmelden"
PERMIT = files.as_file("Erlaubnis Waffelstand.pdf", files.pdf("Erlaubnis nach GastG"))
TALL = 1700
QUESTION = "Reicht Ihnen die Erlaubnis des Landkreises als Kopie?"
ANSWER = "Ja, die Kopie genügt uns. Bitte heben Sie das Original auf."
WANTED = "Bitte laden Sie das Gesundheitszeugnis hoch."
TRADE = "Waffelbäckerei und Krapfenstand"


def test_from_search_to_letter_and_record(
    open_page: Opener, picture: Picture, town: Running, tmp_path: Path
) -> None:
    resident = Resident(open_page(phone=True, javascript=False))
    clerk = Clerk(open_page())
    find_service(resident, picture)
    sent = apply(resident, picture)
    pay(resident, picture)
    receipt(resident, sent, tmp_path)
    ask(resident, sent)
    take_and_answer(clerk, sent, picture)
    elsewhere = Resident(open_page())
    send_document(elsewhere, sent, picture)
    decide(clerk, sent, picture)
    letter(resident, sent, picture)
    find_and_check(clerk, sent, picture)
    look_around(clerk, picture)
    report = town.rathaus("records", "verify")
    assert report.returncode == 0, report.stdout + report.stderr


def find_service(resident: Resident, picture: Picture) -> None:
    page = resident.page
    page.goto("/")
    picture(page, "start-phone", height=TALL)
    page.locator("main").get_by_role("searchbox").fill("Gewerbeschein")
    resident.press("Suchen")
    first = page.locator("main article a, main .rh-svc a").first
    expect(first).to_have_text("Gewerbe anmelden")
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gewerbe anmelden")
    expect(page.locator("main")).to_contain_text("26,00")
    resident.press("Jetzt anfangen")


def apply(resident: Resident, picture: Picture) -> Sent:
    page = resident.page
    answers = answers_of(
        SERVICE,
        schwerpunkt=TRADE,
        erlaubnis="liegt_vor",
        erlaubnis_datum="2025-06-02",
        erlaubnis_behoerde="Landkreis Aurich",
    )
    resident.fill(SERVICE, answers, until="inhaber")
    resident.fill_page(SERVICE, answers)
    picture(page, "form-phone", height=TALL)
    resident.fill(SERVICE, answers, {"erlaubnis_datei": PERMIT})
    expect(page.locator("main")).to_contain_text("Erlaubnis Waffelstand.pdf")
    change_one_answer(resident)
    picture(page, "check-phone", height=TALL)
    expect(page.locator(".rh-send button").first).to_contain_text("Kostenpflichtig")
    sent = resident.submit()
    picture(page, "confirmation-phone", height=TALL)
    return sent


def change_one_answer(resident: Resident) -> None:
    """A change link leads to the one answer and straight back to the check page."""
    page = resident.page
    row = page.locator(".rh-answers > div", has_text="Geburtsort")
    row.get_by_role("link", name="Ändern").click()
    assert resident.step == "inhaber"
    page.locator('[name="geburtsort"]').fill("Norden")
    resident.press("Übernehmen")
    assert resident.step == "pruefen"
    expect(page.locator(".rh-answers > div", has_text="Geburtsort")).to_contain_text("Norden")


def pay(resident: Resident, picture: Picture) -> None:
    page = resident.page
    page.get_by_role("link", name=re.compile("bezahlen")).first.click()
    picture(page, "pay-phone", height=TALL)
    resident.choose_paypal()
    expect(page.locator("main")).to_contain_text("26,00")
    resident.press("Bezahlen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Danke, Ihre Zahlung ist da")
    page.get_by_role("link", name="Zur Statusseite").click()
    expect(page.locator(".rh-side")).to_contain_text("bezahlt")


def receipt(resident: Resident, sent: Sent, folder: Path) -> None:
    """The receipt can be downloaded, and anybody can check it by its code and as a file."""
    page = resident.page
    page.goto(sent.path)
    link = resident.wait_for("#dokumente a:has-text('Eingangsbestätigung')")
    content = resident.download(link)
    assert content.startswith(b"%PDF")
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert sent.reference in text
    assert TRADE in text
    found = re.search(r"/echtheit/ ein:\s+([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})\b", text)
    assert found, text
    with pikepdf.open(io.BytesIO(content)) as opened:
        assert opened.open_metadata().get("pdfuaid:part") == "1"
    page.goto("/echtheit/")
    page.locator("#code").fill(found[1].lower())
    resident.press("Prüfen")
    expect(page.locator("main [role=status]")).to_contain_text("Diesen Prüfcode haben wir vergeben")
    expect(page.locator("main [role=status]")).to_contain_text(sent.reference)
    for changed, words in ((b"", "Echt und unverändert"), (b"\n", "ist nicht das Dokument")):
        page.locator("#code").fill(found[1])
        page.locator("#datei").set_input_files(files.as_file("beleg.pdf", content + changed))
        resident.press("Prüfen")
        expect(page.locator("main [role=status]")).to_contain_text(words)
    (folder / "receipt.pdf").write_bytes(content)


def ask(resident: Resident, sent: Sent) -> None:
    page = resident.page
    page.goto(sent.path)
    page.get_by_role("link", name="Frage stellen").click()
    page.locator("textarea").fill(QUESTION)
    resident.press("Nachricht senden")
    expect(page.locator("main")).to_contain_text("Ihre Nachricht ist angekommen")
    expect(page.locator(".rh-thread")).to_contain_text(QUESTION)


def take_and_answer(clerk: Clerk, sent: Sent, picture: Picture) -> None:
    page = clerk.page
    clerk.sign_in("insa.cordes")
    page.goto("/arbeit/?sort=newest")
    picture(page, "basket")
    row = page.locator("tr", has_text=sent.reference)
    expect(row).to_contain_text("neue Nachricht")
    row.get_by_role("link").first.click()
    clerk.press("Übernehmen")
    expect(page.locator(".rh-thread")).to_contain_text(QUESTION)
    page.locator("#message").fill(ANSWER)
    clerk.press("Senden")
    expect(page.locator(".rh-thread")).to_contain_text(ANSWER)
    picture(page, "case", height=1500)
    page.locator("main").get_by_role("link", name="Rückfrage").first.click()
    page.locator("#text1").fill(WANTED)
    page.locator('[name="upload1"]').check()
    clerk.press("Rückfrage senden")
    expect(page.locator("main")).to_contain_text(WANTED)


def send_document(resident: Resident, sent: Sent, picture: Picture) -> None:
    """On another device, by reference and code."""
    page = resident.page
    resident.open_case(sent)
    expect(page.locator(".rh-thread")).to_contain_text(ANSWER)
    picture(page, "status")
    page.get_by_role("link", name="Jetzt antworten").click()
    expect(page.locator("main")).to_contain_text(WANTED)
    page.locator("input[type=file]").set_input_files(
        files.as_file("zeugnis.pdf", files.pdf("Gesundheitszeugnis"))
    )
    resident.press("Antwort senden")
    expect(page.locator("main")).to_contain_text("Ihre Antwort ist angekommen")


def decide(clerk: Clerk, sent: Sent, picture: Picture) -> None:
    page = clerk.page
    page.goto("/arbeit/?tab=mine")
    page.locator("tr", has_text=sent.reference).get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("zeugnis.pdf")
    page.get_by_role("link", name="Entscheiden").first.click()
    clerk.press("Weiter zum Schreiben")
    picture(page, "decision")
    fill_gaps(clerk)
    clerk.press("Vorschau ansehen")
    expect(page.get_by_role("heading", level=1)).to_contain_text("So geht das Schreiben hinaus")
    picture(page, "letter-preview", height=1300)
    clerk.press("Verbindlich entscheiden")
    expect(page.locator("main")).to_contain_text("Erledigt")


def fill_gaps(clerk: Clerk) -> None:
    """A template may leave places for the clerk to fill in."""
    body = clerk.page.locator("#body")
    body.fill(re.sub(r"\[\[.*?\]\]", "keine", body.input_value()))


def letter(resident: Resident, sent: Sent, picture: Picture) -> None:
    page = resident.page
    page.goto(sent.path)
    link = resident.wait_for("#dokumente a[href*='/dokument/'] >> text=/escheinigung|escheid/")
    expect(page.locator("main")).to_contain_text("Entschieden")
    content = resident.download(link)
    assert content.startswith(b"%PDF")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert sent.reference in text
    assert "Janssen" in text
    picture.pdf(content, "letter")


def find_and_check(clerk: Clerk, sent: Sent, picture: Picture) -> None:
    """By a word of the answers, the case is found; its chain of events verifies."""
    page = clerk.page
    page.goto("/arbeit/suche/")
    page.locator("#q").last.fill("Krapfenstand")
    clerk.press("Suchen")
    hits = page.locator(".fi-hits > li", has_text=sent.reference)
    expect(hits.first).to_be_visible()
    hits.first.get_by_role("link", name="E-Akte").click()
    clerk.press("Jetzt prüfen")
    expect(page.locator(".dk-report")).to_contain_text("Unverändert")
    picture(page, "records", height=1700)


def look_around(clerk: Clerk, picture: Picture) -> None:
    """Only for the documentation: pages that the journey does not pass on a big screen."""
    if not picture.wanted:
        return
    page = clerk.page
    for name, path, height in (
        ("start", "/", 1500),
        ("service", f"/leistungen/{SERVICE}/", 1500),
        ("maturity", f"/arbeit/leistungen/{SERVICE}/", 1300),
    ):
        page.goto(path)
        picture(page, name, height=height)
    page.emulate_media(color_scheme="dark")
    page.goto("/")
    picture(page, "start-dark", height=1100)
    page.emulate_media(color_scheme="light")
