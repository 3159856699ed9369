"""Trust level of a service: begin without, step up where it is needed, lose nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rathaus.accounts import assurance
from rathaus.accounts.models import Account, Authentication
from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import Attribute
from rathaus.accounts.trust import TrustLevel
from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.proceedings import actions
from rathaus.proceedings.errors import NotConfirmed, TrustTooLow
from rathaus.proceedings.models import Application, Draft
from tests.accounts.flow.conftest import bundid, come_back, depart
from tests.portal.browser import Browser, sample, typed
from tests.support.logins import (
    BASIC,
    ERIKA,
    HIGH,
    SUBSTANTIAL,
    FakeSource,
    link,
    log_in,
    make_account,
)

SLUG = "meldebescheinigung-erweitert"
__all__ = ["bundid"]

pytestmark = pytest.mark.usefixtures("bundid")


def step_up(browser: Browser, draft: Draft, step: str = "person", subject: str = "erika") -> None:
    """From the page that asks for the log-in out and back."""
    assert 'value="step_up"' in browser.page, browser.title
    ident = depart(browser, zweck="step_up", _antrag=str(draft.public_id), _schritt=step)
    come_back(browser, ident, subject)


def fill_to_person(browser: Browser) -> Draft:
    draft = browser.begin(SLUG)
    browser.post({"fuer_wen": "selbst", "zweck": "privat"})
    return draft


def fill_rest(browser: Browser, draft: Draft) -> None:
    form = draft.version.parsed.online_form
    answers = sample(SLUG)
    for step in form.steps[1:]:
        assert browser.path.endswith(f"/{step.key}/"), browser.path
        browser.post(typed(step.fields, answers))
    assert browser.path.endswith("/pruefen/")


def test_service_page_and_first_step_say_what_comes(resident: Browser) -> None:
    resident.get(f"/leistungen/{SLUG}/")
    assert "ELSTER oder Online-Ausweis" in resident.page
    assert "Ohne Anmeldung. Sie können" not in resident.page
    assert "Kommen Sie mit Ihrem Ausweis" in resident.page, "the other way is named"
    resident.begin(SLUG)
    assert "Später melden Sie sich an" in resident.page
    assert "Angaben zur Person" in resident.page
    resident.get("/leistungen/hund-anmelden/")
    assert "Ohne Anmeldung. Sie können" in resident.page


def test_step_up_in_the_middle_comes_back_to_the_same_step(resident: Browser) -> None:
    draft = fill_to_person(resident)
    assert resident.path.endswith("/person/")
    assert resident.status == 403
    assert "Angaben zur Person" in resident.page
    assert "Kommen Sie mit Ihrem Ausweis" in resident.page
    step_up(resident, draft)
    assert resident.status == 200
    assert resident.path == f"/antrag/{draft.public_id}/person/"
    assert "Mustermann" in resident.page
    assert "Ein Servicekonto brauchen Sie dafür nicht" in resident.page
    assert not Account.objects.exists(), "a guest of the session, no account"
    draft.refresh_from_db()
    assert draft.answers["zweck"] == "privat"
    fill_rest(resident, draft)
    resident.post({})
    assert "/bestaetigung/" in resident.path
    application = Application.objects.get()
    assert application.verified["login"]["level"] == "substantial"


def test_known_person_is_logged_in_and_the_draft_is_theirs(resident: Browser) -> None:
    account = make_account()
    link(account)
    draft = fill_to_person(resident)
    step_up(resident, draft)
    draft.refresh_from_db()
    assert draft.account == account
    fill_rest(resident, draft)
    resident.post({})
    assert Application.objects.get().account == account


def test_without_an_account_there_just_this_once(resident: Browser, bundid: FakeSource) -> None:
    """Who asks for the account key shuts out people who have none."""
    draft = fill_to_person(resident)
    assert "nur dieses eine Mal" in resident.page
    names = {"zweck": "step_up", "_antrag": str(draft.public_id), "_schritt": "person"}
    ident = depart(resident, gast="1", **names)
    assert bundid.asked[-1]["link"] is False
    come_back(resident, ident, "")
    assert resident.status == 200 and "Mustermann" in resident.page
    resident.get("/leistungen/hund-anmelden/")
    depart(resident, gast="1")
    assert bundid.asked[-1]["link"] is True, "not for an account"


def test_level_that_ran_out_while_typing_loses_nothing(resident: Browser) -> None:
    draft = fill_to_person(resident)
    step_up(resident, draft)
    page, path = resident.page, resident.path
    later = clock.now() + timedelta(hours=3)
    with clock.shifted(later):
        resident.page, resident.path = page, path
        answers = {"anschrift.street": "Kanalweg", "anschrift.house_number": "7x",
                   "anschrift.city": "Wiesmoor", "anschrift.postal_code": "2"}  # fmt: skip
        resident.post(answers)
        assert resident.status == 403
        assert "noch einmal an" in resident.page
        step_up(resident, draft)
        assert resident.path == f"/antrag/{draft.public_id}/person/"
        assert "Kanalweg" in resident.page, "typed before, though wrong beside it"
        assert "Bitte prüfen Sie" in resident.page


def test_level_that_ran_out_at_sending(resident: Browser) -> None:
    draft = fill_to_person(resident)
    step_up(resident, draft)
    fill_rest(resident, draft)
    with clock.shifted(clock.now() + timedelta(hours=3)):
        resident.post({})
        assert resident.status == 403
        assert not Application.objects.exists()
        step_up(resident, draft, step="")
        assert resident.path == f"/antrag/{draft.public_id}/pruefen/"
        resident.post({})
        assert "/bestaetigung/" in resident.path


def test_resumed_draft_asks_again(resident: Browser, stranger: Browser) -> None:
    """TR-03172-3 A3.16.03: the code alone does not open verified data."""
    draft = fill_to_person(resident)
    step_up(resident, draft)
    resident.post({**typed(draft.version.parsed.online_form.steps[1].fields, sample(SLUG)),
                   "save": "1"})  # fmt: skip
    draft.refresh_from_db()
    stranger.get("/fortsetzen/")
    stranger.post({"antrag": str(draft.public_id), "code": draft.code})
    assert stranger.status == 403
    for step in draft.version.parsed.online_form.steps:
        page = stranger.client.get(f"/antrag/{draft.public_id}/{step.key}/")
        assert page.status_code == 403
        assert "Mustermann" not in page.content.decode()
    assert stranger.client.get(f"/antrag/{draft.public_id}/pruefen/").status_code == 403


def test_somebody_else_with_code_and_log_in_cannot_send_it(
    resident: Browser, stranger: Browser, bundid: FakeSource
) -> None:
    draft = fill_to_person(resident)
    step_up(resident, draft)
    fill_rest(resident, draft)
    draft.refresh_from_db()
    code = actions.issue_code(draft=draft)
    bundid.attributes = {**bundid.attributes, "given_names": "OTTO"}
    stranger.get("/fortsetzen/").post({"antrag": str(draft.public_id), "code": code})
    step_up(stranger, draft, step="", subject="otto")
    stranger.get(f"/antrag/{draft.public_id}/pruefen/").post({})
    assert stranger.path.startswith(f"/antrag/{draft.public_id}/person/")
    assert "andere Angaben" in stranger.page
    assert not Application.objects.exists()


def test_draft_of_an_account_waits_for_the_log_in_with_what_was_typed(resident: Browser) -> None:
    account = make_account()
    log_in(resident.client, account)
    draft = resident.begin("hund-anmelden")
    page, path = resident.page, resident.path
    with clock.shifted(clock.now() + timedelta(hours=2)):
        resident.page, resident.path = page, path
        resident.post({"grund": "quatsch", "mitgebracht": "Bello"})
        assert resident.status == 403
        resident.post(
            {"_antrag": str(draft.public_id), "_schritt": path.split("/")[3], "grund": "quatsch"},
            "/konto/anmelden/zuerst/",
        )
        assert resident.path == "/konto/anmelden/"
        link(account)
        come_back(resident, depart(resident))
        assert resident.path == path


def test_action_checks_the_level_itself(resident: Browser) -> None:
    """Not only the page: no other way of sending gets around it."""
    draft = fill_to_person(resident)
    answers = sample(SLUG)
    actions.save_step(
        draft=draft, step_key="kontakt", answers=answers, revision=1, actor=draft.actor
    )
    with pytest.raises(TrustTooLow):
        actions.submit(draft=draft, actor=Actor.resident("x"))
    request = log_in(resident.client, None, HIGH)
    with pytest.raises(NotConfirmed):
        actions.submit(draft=draft, actor=Actor.resident("x"), assurance=assurance.current(request))
    assert not Application.objects.exists()


def test_posting_without_the_level_saves_no_locked_answer(resident: Browser) -> None:
    draft = fill_to_person(resident)
    resident.page = resident.client.get("/leistungen/hund-anmelden/").content.decode()
    resident.post({"person.first_names": "Falsch", "person.last_name": "Name"},
                  f"/antrag/{draft.public_id}/person/")  # fmt: skip
    draft.refresh_from_db()
    assert "person" not in draft.answers


def test_what_two_people_at_one_device_proved_is_never_mixed(resident: Browser) -> None:
    """The tablet of a family: Erika went through as a guest, then Otto does for his own form."""
    log_in(resident.client, None, SUBSTANTIAL, subject="erika")
    with clock.shifted(clock.now() + timedelta(minutes=29)):
        resident.get("/leistungen/")
    with clock.shifted(clock.now() + timedelta(minutes=50)):
        land = config.source("niedersachsen")
        land.attributes = {  # type: ignore[attr-defined]
            "given_names": "OTTO",
            "family_name": "NORMAL",
            "birth_date": "1990-02-03",
        }
        draft = resident.begin(SLUG)
        resident.post({"fuer_wen": "selbst", "zweck": "privat"})
        page = {"zweck": "step_up", "_antrag": str(draft.public_id), "_schritt": "person"}
        come_back(
            resident, depart(resident, "niedersachsen", **page), "otto", source="niedersachsen"
        )
        assert "Otto" in resident.page and "Normal" in resident.page
        assert "Gabler" not in resident.page and "Köln" not in resident.page
        assert Authentication.objects.get().source == "niedersachsen"


def test_a_guest_beside_an_account_speaks_alone() -> None:
    moment = clock.now()

    def proof(source: str, level: TrustLevel, own: bool, **values: str) -> assurance.Proof:
        told = {name: Attribute(value, level) for name, value in values.items()}
        return assurance.Proof(source, "", level, moment, moment, told, own)

    owner = proof("bundid", SUBSTANTIAL, True, family_name="A", birth_name="B")
    land = proof("land", SUBSTANTIAL, True, phone="0151")
    guest = proof("other", HIGH, False, family_name="C")
    known = assurance.Assurance((guest, owner, land)).attributes(BASIC)
    assert {name: one.value for name, (one, _proof) in known.items()} == {"family_name": "C"}
    known = assurance.Assurance((owner, land)).attributes(BASIC)
    assert known.keys() == {"family_name", "birth_name", "phone"}


@pytest.mark.parametrize("silent", ["company", "no birth date", "told there only"])
def test_a_level_without_a_name_lets_nobody_type_whom_they_like(
    resident: Browser, bundid: FakeSource, silent: str
) -> None:
    """The certificate of a company, or a person who keeps the own data back, for a neighbour."""
    if silent == "company":
        bundid.attributes = {"organisation_name": "Moorblumen GmbH", "organisation_city": "W"}
    elif silent == "told there only":
        bundid.attribute_level = BASIC
    else:
        bundid.attributes = {k: v for k, v in bundid.attributes.items() if k != "birth_date"}
    draft = fill_to_person(resident)
    step_up(resident, draft)
    assert (resident.status, resident.path) == (403, f"/antrag/{draft.public_id}/person/")
    assert "Bitte melden Sie sich anders an" in resident.page
    assert "BundID hat uns Ihren Namen oder Ihr Geburtsdatum nicht bestätigt" in resident.page
    resident.post(typed(draft.version.parsed.online_form.steps[1].fields, sample(SLUG)))
    assert resident.status == 403
    draft.refresh_from_db()
    assert "person" not in draft.answers
    level = log_in(Browser().client, None, HIGH, values=bundid.attributes)
    held = assurance.current(level)
    actions.save_step(
        draft=draft, step_key="person", answers=sample(SLUG), revision=draft.revision,
        actor=draft.actor,
    )  # fmt: skip
    if silent != "told there only":
        with pytest.raises(NotConfirmed):
            actions.submit(draft=draft, actor=Actor.resident("x"), assurance=held)
    bundid.attributes, bundid.attribute_level = ERIKA, None
    page = resident.client.get(f"/antrag/{draft.public_id}/person/").content.decode()
    assert "Mustermann" not in page
    resident.get(f"/antrag/{draft.public_id}/person/")
    step_up(resident, draft)
    assert resident.status == 200 and "von BundID bestätigt" in resident.page
