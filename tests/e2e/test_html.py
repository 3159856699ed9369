"""The pages are valid HTML by html-validate."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.accounts import new_address, register
from tests.e2e.conftest import Opener
from tests.e2e.judges import invalid
from tests.e2e.people import Clerk, Resident, answers_of
from tests.e2e.test_area import sign_in

PUBLIC = {"start": "/", "service": "/leistungen/gewerbe-anmelden/", "search": "/suche/?q=Hund",
          "bundid": "/simulation/bundid/", "town": "/rathaus/",
          "cases": "/vorgang/", "help": "/hilfe/",
          "login": "/konto/anmelden/", "register": "/konto/registrieren/",
          "register-passkey": "/konto/registrieren/passkey/",
          "password-forgotten": "/konto/passwort-vergessen/"}  # fmt: skip
SECURITY = {"security": "", "address": "e-mail/", "password": "passwort/", "passkey": "passkey/",
            "app": "app/"}  # fmt: skip
DESK = {"basket": "/arbeit/", "files": "/arbeit/akten/", "maturity": "/arbeit/leistungen/",
        "enter": "/arbeit/erfassen/"}  # fmt: skip
OPERATOR = {"security": "/arbeit/sicherheit/", "factor": "/arbeit/sicherheit/neu/",
            "confirm": "/arbeit/sicherheit/bestaetigen/", "substitutes": "/arbeit/vertretung/",
            "staff": "/arbeit/beschaeftigte/", "new-staff": "/arbeit/beschaeftigte/neu/",
            "sources": "/arbeit/betrieb/anmeldequellen/",
            "codes": "/simulation/codes/"}  # fmt: skip
AREA = {"overview": "", "cases": "antraege/", "attach": "antraege/uebernehmen/",
        "inbox": "postfach/", "payments": "zahlungen/", "profile": "profil/",
        "profile-edit": "profil/aendern/", "represent": "vertretung/",
        "represent-new": "vertretung/neu/", "child": "vertretung/kind/", "data": "daten/",
        "looks": "daten/zugriffe/", "copy": "daten/kopie/", "close": "daten/loeschen/"}  # fmt: skip
TRADE = "gewerbe-anmelden"


def test_html_validate(open_page: Opener, tmp_path: Path) -> None:
    def keep(name: str, text: str) -> None:
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")

    resident = Resident(open_page(javascript=False))
    page = resident.page
    for name, path in PUBLIC.items():
        keep(name, page.request.get(path).text())
    resident.begin(TRADE)
    resident.press("Weiter")
    keep("step-errors", page.request.get(page.url).text())
    assert page.locator(".rh-errors").count() == 1
    answers = answers_of(TRADE)
    resident.fill(TRADE, answers, until="inhaber")
    keep("step", page.request.get(page.url).text())
    resident.fill(TRADE, answers)
    keep("check", page.request.get(page.url).text())
    status = resident.submit().path
    for name, path in (
        ("confirmation", page.url),
        ("status", status),
        ("pay", f"{status}bezahlen/"),
    ):
        keep(name, page.request.get(path).text())
    owner = open_page()
    register(owner, new_address())
    for name, path in SECURITY.items():
        keep(name, owner.request.get(f"/konto/sicherheit/{path}").text())
    member = open_page()
    sign_in(member, "tjorven.harms@example.org")
    for name, path in AREA.items():
        keep(f"area-{name}", member.request.get(f"/konto/{path}").text())
    keep("identities", owner.request.get("/konto/verknuepfungen/").text())
    visitor = Resident(open_page(javascript=False))
    visitor.begin("meldebescheinigung-erweitert")
    keep("login-ahead", visitor.page.request.get(visitor.page.url).text())
    visitor.fill_page("meldebescheinigung-erweitert", answers_of("meldebescheinigung-erweitert"))
    visitor.press("Weiter")
    keep("login-needed", visitor.page.request.get(visitor.page.url).text())
    clerk = Clerk(open_page())
    clerk.sign_in("insa.cordes")
    for name, path in DESK.items():
        keep(name, clerk.page.request.get(path).text())
    clerk.page.goto("/arbeit/?sort=newest")
    case = clerk.page.locator("table th a[href*='/arbeit/vorgang/']").first
    keep("case", clerk.page.request.get(case.get_attribute("href") or "").text())

    operator = Clerk(open_page())
    operator.sign_in("lars.poppinga")
    for name, path in OPERATOR.items():
        keep(name, operator.page.request.get(path).text())

    found = invalid(tmp_path)
    assert not found, "\n".join(found)
