""" "Mein Bereich": at one glance what to do, and nothing of anybody else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rathaus.accounts.actions import acting
from rathaus.accounts.models import Account, Representation
from rathaus.core.actors import Actor
from rathaus.core.clock import shifted
from rathaus.core.jobs import run_pending
from rathaus.core.models import Event
from rathaus.core.money import Money
from rathaus.payments import actions as payments
from rathaus.proceedings import actions
from rathaus.proceedings.models import Application, Draft
from tests.portal import residents
from tests.portal.browser import Browser, errors
from tests.portal.residents import Person

PAGES = [
    "/konto/",
    "/konto/antraege/",
    "/konto/antraege/uebernehmen/",
    "/konto/zahlungen/",
    "/konto/postfach/",
    "/konto/profil/",
    "/konto/profil/aendern/",
    "/konto/profil/e-mail/",
    "/konto/profil/hinweise/",
    "/konto/vertretung/",
    "/konto/vertretung/neu/",
    "/konto/vertretung/code/",
    "/konto/vertretung/kind/",
    "/konto/daten/",
    "/konto/daten/zugriffe/",
    "/konto/daten/kopie/",
    "/konto/daten/loeschen/",
]
FEE = "melderegisterauskunft-einfach"


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def other() -> Person:
    return Person("Hinrich", "Fremdling", contact_email="hinrich@example.org")


@pytest.mark.parametrize("path", PAGES)
def test_pages(person: Person, path: str) -> None:
    page = person.get(path)
    assert page.status == 200
    assert page.response["Cache-Control"] == "no-store, private"
    assert '<nav class="rh-konto__nav"' in page.page


@pytest.mark.parametrize("path", PAGES)
def test_log_in_first(resident: Browser, path: str) -> None:
    response = resident.client.get(path)
    assert response.status_code == 303
    assert response["Location"] == "/konto/anmelden/"


def test_only_the_name_of_the_page_is_remembered(resident: Browser) -> None:
    resident.client.get("/konto/postfach/?next=https://boese.example/")
    store = import_module(settings.SESSION_ENGINE).SessionStore
    key = resident.client.cookies[settings.RESIDENT_SESSION_COOKIE_NAME].value
    assert store(key)["after_login"] == {"view": "portal:inbox", "args": {}}


def test_nothing_to_do(person: Person) -> None:
    page = person.get("/konto/")
    assert "Sie müssen gerade nichts tun" in page.page
    assert "Guten Tag, Wiebke Janssen." in page.page


def test_everything_to_do(person: Person) -> None:
    residents.ask(person.apply("hund-anmelden"))
    person.apply(FEE)
    draft = person.begin("hund-abmelden")
    Draft.objects.filter(pk=draft.pk).update(expires_at=datetime.now(UTC) + timedelta(days=3))
    place = person.found()
    someone = Person("Theda", "Bohlen")
    acting.create(someone.account, place, role="member", state="requested")
    page = person.get("/konto/").page
    assert "Das ist zu tun: 4 Dinge" in page
    assert re.search(r"\d+,\d\d\s€ bezahlen", page)
    assert "Rückfrage beantworten" in page
    assert "Entwurf fertig machen" in page
    assert "Theda Bohlen möchte für Gartenfreunde e. V. handeln." in page


def test_where_it_stands(person: Person) -> None:
    done, running = person.apply(), person.apply("osterfeuer-anzeigen")
    residents.decide(done)
    page = person.get("/konto/antraege/").page
    assert "Ihr Schreiben liegt im Postfach" in page
    assert "Wir prüfen in der Reihenfolge des Eingangs" in page
    assert done.reference in page and running.reference in page
    assert done.reference not in person.get("/konto/antraege/?zeige=open").page
    assert running.reference not in person.get("/konto/antraege/?zeige=done").page
    assert running.reference not in person.get(f"/konto/antraege/?q={done.reference}").page


def test_nothing_of_others(person: Person, other: Person) -> None:
    mine = person.apply()
    residents.write_to(mine, "Ganz vertraulich")
    for path in ("/konto/", "/konto/antraege/", "/konto/postfach/", "/konto/zahlungen/",
                 "/konto/daten/", "/konto/daten/zugriffe/"):  # fmt: skip
        page = other.get(path).page
        assert mine.reference not in page
        assert "vertraulich" not in page
    for path in ("", "nachricht/", "zurueckziehen/", "bestaetigung/"):
        assert other.get(f"/vorgang/{mine.public_id}/{path}").status == 403


def test_grant_of_the_browser_is_not_enough(person: Person, stranger: Browser) -> None:
    """Who began without account and gave it to one has to log in, also in the same browser."""
    application = stranger.apply("hund-anmelden")
    assert stranger.get(f"/vorgang/{application.public_id}/").status == 200
    Application.objects.filter(pk=application.pk).update(account=person.account)
    assert stranger.get(f"/vorgang/{application.public_id}/").status == 403
    assert application.reference not in stranger.get("/vorgang/").page


def test_code_opens_nothing_that_has_an_account(person: Person, stranger: Browser) -> None:
    application = person.apply()
    stranger.get("/vorgang/")
    stranger.post({"aktenzeichen": application.reference, "code": application.code})
    assert "gehört zu einem Servicekonto" in " ".join(errors(stranger.page))
    assert stranger.get(f"/vorgang/{application.public_id}/").status == 403


def test_closed_account_sees_nothing(person: Person) -> None:
    from rathaus.accounts.models import Account

    application = person.apply()
    Account.objects.filter(pk=person.account.pk).update(closed_at=datetime.now(UTC))
    assert person.browser.client.get("/konto/").status_code == 303
    assert person.get(f"/vorgang/{application.public_id}/").status == 403


def test_organisation_and_its_end(person: Person, other: Person) -> None:
    place = person.found()
    application = person.apply(place=place)
    path = f"/vorgang/{application.public_id}/"
    assert other.get(path).status == 403
    row = acting.let_in(
        other.account, place, role="member", decided_by=None, actor=person.account.actor
    )
    assert other.get(path).status == 200
    assert application.reference in other.get("/konto/antraege/").page
    assert "für Gartenfreunde e. V." in other.get("/konto/antraege/").page
    acting.end(representation=row, by=person.account, actor=person.account.actor)
    for gone in (path, f"{path}nachricht/"):
        assert other.get(gone).status == 403
    assert application.reference not in other.get("/konto/antraege/").page
    assert other.get("/konto/postfach/").page.count("neu</span>") == 0


def test_who_sent_it_loses_it_too(person: Person, other: Person) -> None:
    """The case is the organisation's: whoever left does not see what they once sent for it."""
    place = person.found()
    row = acting.let_in(
        other.account, place, role="member", decided_by=None, actor=person.account.actor
    )
    application = other.apply(place=place)
    draft = other.begin("hund-abmelden", place)
    acting.end(representation=row, by=other.account, actor=other.account.actor)
    assert other.get(f"/vorgang/{application.public_id}/").status == 403
    assert other.get(f"/antrag/{draft.public_id}/").status == 403
    assert person.get(f"/vorgang/{application.public_id}/").status == 200


def test_a_last_day_closes_access(person: Person, other: Person) -> None:
    from rathaus.core.clock import today

    place = person.found()
    application = person.apply(place=place)
    acting.let_in(other.account, place, role="member", decided_by=None, actor=person.account.actor)
    Representation.objects.filter(account=other.account).update(valid_until=today())
    path = f"/vorgang/{application.public_id}/"
    assert other.get(path).status == 200
    with shifted(datetime.now(UTC) + timedelta(days=1)):
        other.log_in()
        assert other.get(path).status == 403


def test_filter_by_organisation(person: Person) -> None:
    place = person.found()
    own, theirs = person.apply(), person.apply("osterfeuer-anzeigen", place)
    page = person.get(f"/konto/antraege/?fuer={place.public_id}").page
    assert theirs.reference in page and own.reference not in page
    page = person.get("/konto/antraege/?fuer=me").page
    assert own.reference in page and theirs.reference not in page


@pytest.mark.parametrize(
    "query",
    ["nach=x", "nach=2026-01-01T00:00:00+00:00_99999999999999999999", "nach=2026-13-99T~d~1",
     "zeige=' OR 1=1", "fuer=abc", "q=%00%ff", "nach=2026-01-01T00:00:00_1"],
)  # fmt: skip
def test_hostile_addresses(person: Person, query: str) -> None:
    person.apply()
    for path in ("/konto/antraege/", "/konto/postfach/", "/konto/zahlungen/",
                 "/konto/daten/zugriffe/"):  # fmt: skip
        assert person.get(f"{path}?{query}").status == 200


def test_payments(person: Person) -> None:
    application = person.apply(FEE)
    page = person.get("/konto/zahlungen/").page
    assert application.claim is not None
    assert application.claim.payment_reference in page
    assert f"/vorgang/{application.public_id}/bezahlen/" in page
    assert (
        application.claim.payment_reference not in person.get("/konto/zahlungen/?zeige=paid").page
    )


def test_to_do_names_what_is_still_open(person: Person) -> None:
    application = person.apply(FEE)
    claim = application.claim
    assert claim is not None
    attempt = payments.start_attempt(claim=claim, provider="transfer", actor=Actor.resident("r"))
    assert attempt.amount_cents == claim.amount_cents
    payments.record_incoming_transfer(
        claim=claim,
        amount=Money(claim.amount_cents - 300),
        bank_reference="E-1",
        actor=Actor.staff("k", "Kasse"),
    )
    page = person.get("/konto/").page
    assert re.search(r"\D3,00\s€ bezahlen", page)
    assert f"/vorgang/{application.public_id}/bezahlen/rechnung/" in page


def test_pages_go_on(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from rathaus.proceedings.queries import area

    monkeypatch.setattr(area, "PAGE", 2)
    made = [person.apply().reference for _ in range(3)]
    first = person.get("/konto/antraege/").page
    assert made[2] in first and made[1] in first and made[0] not in first
    further = re.search(r'href="(\?[^"]*nach=[^"]+)"', first)
    assert further is not None
    second = person.get("/konto/antraege/" + further[1].replace("&amp;", "&")).page
    assert made[0] in second and made[2] not in second


@pytest.mark.parametrize(
    "path", ["/konto/", "/konto/antraege/", "/konto/zahlungen/", "/konto/postfach/",
             "/konto/daten/", "/konto/daten/zugriffe/"],
)  # fmt: skip
def test_queries_do_not_grow(person: Person, path: str) -> None:
    for slug in ("hund-anmelden", FEE):
        application = person.apply(slug)
        residents.write_to(application)
        residents.look_at(application)
    person.get(path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        person.get(path)
    for slug in ("hund-anmelden", FEE, "hund-anmelden", FEE):
        application = person.apply(slug)
        residents.write_to(application)
        residents.look_at(application)
        person.begin()
    with CaptureQueriesContext(connection) as many:
        person.get(path)
    assert len(many) <= len(few) + 1, "\n".join(q["sql"][:120] for q in many)


# --- taking over what was begun without account ------------------------------------------


def take_over(person: Person, what: str, code: str, **more: str) -> str:
    person.get("/konto/antraege/uebernehmen/")
    person.browser.post({"was": what, "code": code, "einwilligung": "yes", **more})
    return person.browser.page


def test_take_over_a_case(person: Person, stranger: Browser) -> None:
    application = stranger.apply("hund-anmelden")
    page = take_over(person, application.reference, application.code.lower())
    assert "Der Vorgang gehört jetzt zu Ihrem Konto." in page
    application.refresh_from_db()
    assert application.account == person.account
    told = Event.objects.filter(chain=application.case.chain).last()
    assert told is not None and told.type == "application.attached"
    assert stranger.get(f"/vorgang/{application.public_id}/").status == 403


def test_whoever_sent_a_case_reads_that_it_was_taken_over(
    person: Person, stranger: Browser
) -> None:
    """Somebody else may have had the code: from now on they would hear of nothing."""
    applications = [stranger.apply("hund-anmelden") for _ in range(2)]
    run_pending()
    own = Account.objects.filter(pk=person.account.pk)
    for application, mine in zip(applications, (False, True), strict=True):
        own.update(contact_email=application.contact_email.upper() if mine else "x@example.org")
        person.account.refresh_from_db()
        mail.outbox.clear()
        take_over(person, application.reference, application.code)
        run_pending()
        told = [m for m in mail.outbox if "liegt jetzt in einem Servicekonto" in m.subject]
        assert [m.to for m in told] == ([] if mine else [[application.contact_email]])
        assert all(application.reference in str(m.body) for m in told)


def test_take_over_a_draft(person: Person, stranger: Browser) -> None:
    draft = stranger.fill("hund-anmelden")
    code = actions.issue_code(draft=draft)
    link = f"http://testserver/fortsetzen/?antrag={draft.public_id}"
    assert "Der Entwurf gehört jetzt zu Ihrem Konto." in take_over(person, link, code)
    assert person.get(f"/antrag/{draft.public_id}/pruefen/").status == 200
    assert stranger.get(f"/antrag/{draft.public_id}/pruefen/").status == 403


def test_not_without_consent(person: Person, stranger: Browser) -> None:
    application = stranger.apply("hund-anmelden")
    page = take_over(person, application.reference, application.code, einwilligung="")
    assert "Stimmen Sie zu" in page
    application.refresh_from_db()
    assert application.account is None


def test_not_with_a_wrong_code(person: Person, stranger: Browser) -> None:
    application = stranger.apply("hund-anmelden")
    assert "passen nicht zusammen" in take_over(person, application.reference, "AAAA-BBBB-CCCC")
    application.refresh_from_db()
    assert application.account is None


def test_not_what_belongs_to_somebody(person: Person, other: Person) -> None:
    application = other.apply()
    page = take_over(person, application.reference, application.code)
    assert "gehört schon zu einem Servicekonto" in page
    application.refresh_from_db()
    assert application.account == other.account


def test_codes_cannot_be_tried_out(person: Person, stranger: Browser) -> None:
    application = stranger.apply("hund-anmelden")
    for _ in range(11):
        take_over(person, application.reference, "AAAA-BBBB-CCCC")
    assert person.browser.status == 429


def test_log_in_of_a_company_lets_act(person: Person) -> None:
    """Whoever logs in with the company's certificate acts for it, and it counts as proved."""
    from tests.support.logins import HIGH, log_in

    company = {"organisation_name": "Ubben Elektrotechnik GmbH"}
    log_in(
        person.browser.client, person.account, HIGH,
        source="unternehmenskonto", organisation="du-7", values=company,
    )  # fmt: skip
    page = person.get("/konto/vertretung/").page
    assert "Ubben Elektrotechnik GmbH" in page
    assert "nachgewiesen" in page and "eigene Angabe" not in page
