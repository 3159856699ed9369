"""axe finds nothing to complain about: every page and state, phone and desk, light and dark."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator

import pytest

from rathaus.theme import samples
from tests.e2e.accounts import new_address, register
from tests.e2e.conftest import Opener
from tests.e2e.judges import LONG_WORD, Judge
from tests.e2e.people import Clerk, Resident, answers_of, shown_by_app
from tests.e2e.test_area import sign_in
from tests.support import files

CATALOGUE = [
    "/", "/leistungen/", "/leistungen/gewerbe-anmelden/", "/leistungen/personalausweis/",
    "/leistungen/kfz-zulassung/", "/themen/arbeit-gewerbe/", "/suche/", "/suche/?q=Gewerbeschein",
    "/suche/?q=xyzxyz", "/rathaus/",
]  # fmt: skip
PLAIN = [
    "/hilfe/", "/impressum/", "/datenschutz/", "/barrierefreiheit/", "/barriere-melden/",
    "/leichte-sprache/", "/gebaerdensprache/", "/quelltext/", "/fortsetzen/", "/vorgang/",
    "/echtheit/", "/echtheit/?code=AAAA-BBBB-CCCC-DDDD", "/gibt-es-nicht/", "/simulation/",
    "/simulation/post/", "/simulation/paypal/schalter/", "/arbeit/anmelden/",
]  # fmt: skip
ERRORS = [f"/stilbuch/fehler-{code.replace('_', '-')}/" for code in samples.ERRORS]
CLERK = [
    "/arbeit/", "/arbeit/?tab=done", "/arbeit/?q=xyzxyz", "/arbeit/suche/",
    "/arbeit/suche/?q=Gewerbe", "/arbeit/suche/?q=xyzxyz", "/arbeit/akten/", "/arbeit/leistungen/",
    "/arbeit/leistungen/gewerbe-anmelden/", "/arbeit/kennwort/", "/arbeit/hilfe/",
    "/arbeit/betrieb/", "/arbeit/vorgang/00000000-0000-4000-8000-000000000000/",
]  # fmt: skip
ENTRANCE = [
    "/konto/anmelden/", "/konto/registrieren/", "/konto/registrieren/passkey/",
    "/konto/passwort-vergessen/",
]  # fmt: skip
SECURITY = [
    "/konto/sicherheit/", "/konto/sicherheit/e-mail/", "/konto/sicherheit/passwort/",
    "/konto/sicherheit/passkey/", "/konto/sicherheit/app/",
]  # fmt: skip
AREA = [
    "/konto/", "/konto/antraege/", "/konto/antraege/?q=xyzxyz", "/konto/antraege/uebernehmen/",
    "/konto/postfach/", "/konto/postfach/?zeige=new", "/konto/zahlungen/", "/konto/profil/",
    "/konto/profil/aendern/", "/konto/profil/e-mail/", "/konto/profil/hinweise/",
    "/konto/vertretung/", "/konto/vertretung/neu/", "/konto/vertretung/code/",
    "/konto/vertretung/kind/", "/konto/daten/", "/konto/daten/zugriffe/", "/konto/daten/kopie/",
    "/konto/daten/loeschen/",
]  # fmt: skip
TRADE, DOG = "gewerbe-anmelden", "hund-anmelden"


@pytest.fixture
def judge(open_page: Opener, axe_source: str) -> Iterator[Judge]:
    judge = Judge(open_page(), axe_source)
    yield judge
    judge.verdict()


@pytest.mark.parametrize("paths", [CATALOGUE, PLAIN, ERRORS, ["/stilbuch/"]], ids=len)
def test_pages(paths: list[str], judge: Judge) -> None:
    judge.go(*paths)


def test_form(judge: Judge) -> None:
    page, resident = judge.page, Resident(judge.page)
    resident.begin(TRADE)
    judge.look("first step")
    resident.press("Weiter")
    judge.look("first step with errors")
    answers = answers_of(TRADE, erlaubnis="liegt_vor", erlaubnis_behoerde="Landkreis Aurich")
    for step in ("inhaber", "taetigkeit", "nachweise"):
        resident.fill(TRADE, answers, until=step)
        judge.look(step)
    page.locator("#erlaubnis_datei").set_input_files(files.as_file("a.pdf", files.EXECUTABLE))
    resident.press("Weiter")
    judge.look("refused upload")
    page.goto(re.sub(r"/nachweise/.*", "/pruefen/", page.url))
    judge.look("check page, incomplete")


def test_groups_and_drafts(judge: Judge) -> None:
    page, resident = judge.page, Resident(judge.page)
    resident.begin(DOG)
    resident.fill(DOG, answers_of(DOG), until="hunde")
    resident.press("Weiter")
    judge.look("group with errors")
    link, _ = resident.save_for_later()
    judge.look("saved")
    resident.press("Link schicken")
    judge.look("saved, no address")
    judge.go(f"/antrag/{link.rstrip('/').rsplit('/', 1)[-1]}/loeschen/")
    page.context.clear_cookies()
    judge.go(link)
    judge.go("/fortsetzen/")
    resident.press("Weitermachen")
    judge.look("resume with errors")


def test_application(judge: Judge) -> None:
    page, resident = judge.page, Resident(judge.page)
    resident.begin(TRADE)
    resident.fill(TRADE, answers_of(TRADE))
    judge.look("check page")
    sent = resident.submit()
    judge.look("confirmation")
    judge.go(f"{sent.path}bezahlen/")
    resident.choose_paypal()
    judge.look("simulated PayPal")
    resident.press("Abbrechen")
    judge.look("payment cancelled")
    judge.go(f"{sent.path}bezahlen/schalter/")
    page.goto(f"{sent.path}bezahlen/")
    page.locator("button[name=provider][value=transfer]").click()
    page.wait_for_url("**/rechnung/")
    judge.look("invoice")
    judge.go(sent.path, f"{sent.path}nachricht/", f"{sent.path}zurueckziehen/")
    page.goto(f"{sent.path}nachricht/")
    resident.press("Nachricht senden")
    judge.look("message with errors")
    page.locator("textarea").fill("Guten Tag")
    resident.press("Nachricht senden")
    judge.look("status with a message")
    judge.go("/vorgang/")


def test_clerk_pages(judge: Judge) -> None:
    clerk = Clerk(judge.page)
    clerk.sign_in("insa.cordes")
    judge.go(*CLERK)
    judge.page.goto("/arbeit/akten/?q=Gewerbe")
    judge.go(
        judge.page.locator(".pl-found a[href*='/akten/'] >> nth=-1").get_attribute("href") or ""
    )
    judge.go(judge.page.locator("main table a").first.get_attribute("href") or "")
    clerk.press("Jetzt prüfen")
    judge.look("verified")


def test_case(judge: Judge, open_page: Opener) -> None:
    sent = Resident(open_page()).apply(TRADE, familienname=LONG_WORD)
    page, clerk = judge.page, Clerk(judge.page)
    clerk.sign_in("insa.cordes")
    judge.go("/arbeit/?sort=newest")
    page.locator("tr", has_text=sent.reference).get_by_role("link").first.click()
    page.wait_for_url("**/arbeit/vorgang/**")
    judge.look("case")
    case = page.url
    clerk.press("Übernehmen")
    page.locator("#message").fill(f"{LONG_WORD}{LONG_WORD}")
    page.locator("#note").fill("Ein halber Vermerk")
    clerk.press("Senden")
    assert page.locator("#note").input_value() == "Ein halber Vermerk"
    judge.look("case taken")
    judge.go(f"{case}rueckfrage/")
    clerk.press("Rückfrage senden")
    judge.look("question with errors")
    judge.go(f"{case}entscheiden/")
    clerk.press("Weiter zum Schreiben")
    judge.look("letter")
    page.locator("#body").fill("")
    clerk.press("Vorschau ansehen")
    judge.look("letter with errors")
    page.locator("#body").fill("Sehr geehrte Frau Janssen,\n\nalles ist gut.")
    clerk.press("Vorschau ansehen")
    judge.look("preview")
    page.goto(case)
    clerk.press("Zugangscode ausgeben")
    judge.look("slip")


def test_entering_for_somebody(judge: Judge) -> None:
    clerk = Clerk(judge.page)
    clerk.sign_in("insa.cordes")
    judge.go("/arbeit/erfassen/")
    judge.page.locator(f"button[name=service][value={TRADE}]").click()
    judge.page.wait_for_url("**/schritt/**")
    judge.look("enter: step")
    clerk.press("Weiter")
    judge.look("enter: errors")
    clerk.fill(TRADE, answers_of(TRADE))
    judge.look("enter: check")


def test_cash_desk_and_operations(judge: Judge, open_page: Opener, axe_source: str) -> None:
    clerk = Clerk(judge.page)
    clerk.sign_in("theda.saathoff")
    judge.go("/arbeit/kasse/")
    for tab in judge.page.locator(".rh-tabs a").evaluate_all("all => all.map(a => a.href)"):
        judge.go(tab)
    judge.page.goto("/arbeit/kasse/")
    judge.go(judge.page.locator("main table a").first.get_attribute("href") or "")
    other = Judge(open_page(), axe_source)
    Clerk(other.page).sign_in("lars.poppinga")
    other.go("/arbeit/betrieb/")
    other.verdict()


STAFF = [
    "/arbeit/sicherheit/", "/arbeit/sicherheit/neu/", "/arbeit/sicherheit/bestaetigen/",
    "/arbeit/vertretung/", "/arbeit/beschaeftigte/", "/arbeit/beschaeftigte/neu/",
    "/arbeit/betrieb/anmeldequellen/", "/simulation/codes/",
]  # fmt: skip


def test_how_staff_log_in(judge: Judge, open_page: Opener, axe_source: str) -> None:
    """The pages of the operator, then the first log-in of a new colleague."""
    page, operator = judge.page, Clerk(judge.page)
    operator.sign_in("lars.poppinga", anew=True)  # only then is a new way to log in offered
    judge.go(*STAFF)
    page.goto("/arbeit/beschaeftigte/")
    judge.go(page.locator("main table a").first.get_attribute("href") or "")
    operator.press("Speichern")
    judge.go(page.get_by_role("link", name="ändern").get_attribute("href") or "")
    page.goto("/arbeit/beschaeftigte/neu/")
    operator.press("Zugang anlegen")
    judge.look("new colleague with errors")
    page.locator("#login").fill(f"neu.{time.time_ns()}")
    page.locator("#first_name").fill("Wiebke")
    page.locator("#last_name").fill("Neu")
    operator.press("Zugang anlegen")
    judge.look("new colleague")
    login, password = page.locator("main samp").all_inner_texts()
    other = Judge(open_page(), axe_source)
    colleague = Clerk(other.page)
    other.page.goto("/arbeit/anmelden/")
    other.page.locator("#login").fill(login)
    other.page.locator("#password").fill(password)
    colleague.press("Anmelden")
    other.look("first log-in")
    secret = other.page.locator(".dk-secret").inner_text().replace(" ", "")
    colleague.press("App einrichten")
    other.look("set-up with errors")
    other.page.locator("#code").fill(shown_by_app(base64.b32decode(secret)))
    colleague.press("App einrichten")
    other.look("recovery codes")
    other.page.locator("#kept").check()
    colleague.press("Weiter")
    assert "/anmelden/" not in other.page.url
    other.verdict()


def test_entrance(judge: Judge) -> None:
    page, resident = judge.page, Resident(judge.page)
    judge.go(*ENTRANCE)
    page.goto("/konto/registrieren/")
    resident.press("Weiter")
    judge.look("registration with errors")
    page.goto("/konto/anmelden/")
    page.get_by_label("E-Mail-Adresse", exact=True).fill(new_address())
    page.get_by_label("Passwort", exact=True).fill("falsch")
    page.locator("#mit-passwort ~ form button[type=submit]").click()
    judge.look("log-in with errors")
    page.goto("/konto/passwort-vergessen/")
    page.get_by_label("E-Mail-Adresse", exact=True).fill(new_address())
    resident.press("Code schicken")
    judge.look("code for a new password")


def test_security_of_the_account(judge: Judge) -> None:
    register(judge.page, new_address())
    judge.go(*SECURITY)


@pytest.mark.parametrize("address", ["tjorven.harms@example.org", "swantje.hinrichs@example.org"])
def test_my_area(judge: Judge, address: str) -> None:
    """Of somebody with cases, and of somebody with children and unread mail."""
    sign_in(judge.page, address)
    judge.go(*AREA)


def test_forms_of_my_area(judge: Judge) -> None:
    page, resident = judge.page, Resident(judge.page)
    register(page, new_address())
    judge.go("/konto/", "/konto/antraege/", "/konto/postfach/", "/konto/zahlungen/")
    for path in ("antraege/uebernehmen/", "vertretung/neu/", "vertretung/kind/", "daten/loeschen/"):
        page.goto(f"/konto/{path}")
        page.locator("main form button[type=submit]:not(.rh-sr)").first.click()
        judge.look(f"{path} with errors")
    page.goto("/konto/vertretung/neu/")
    page.locator("#name").fill("Gartenfreunde Wiesmoor e. V.")
    page.get_by_label("Ich darf für diese Organisation handeln").check()
    resident.press("Organisation anlegen")
    page.locator(".rh-rows h3 a").first.click()
    page.get_by_role("button", name="Neuen Code machen").click()
    judge.look("organisation")
    page.get_by_role("link", name="Ändern").first.click()
    judge.look("representative")
    page.goto("/konto/vertretung/")
    page.get_by_role("link", name="Beenden").first.click()
    judge.look("question")
    page.goto("/konto/daten/kopie/")
    resident.press("Kopie anfordern")
    judge.look("copy")
    page.goto("/konto/profil/e-mail/")
    page.locator("#email").fill(new_address())
    resident.press("Code schicken")
    judge.look("code for the address")
    page.goto("/konto/daten/loeschen/")
    page.get_by_label("Ja, mein Servicekonto löschen").check()
    resident.press("Konto endgültig löschen")
    judge.look("account closed")
