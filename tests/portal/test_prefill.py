"""Answers a log-in knows: filled in, marked, not editable where the service demands it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rathaus.accounts import assurance
from rathaus.accounts.models import Organisation, Representation
from rathaus.core.clock import now
from rathaus.core.events import new_chain
from rathaus.core.jobs import run_pending
from rathaus.forms import engine
from rathaus.forms.analysis import analyse
from rathaus.forms.definition import Field, FieldType, FormDefinition, Step
from rathaus.forms.prefill import Given
from rathaus.proceedings import known, vouching
from rathaus.proceedings.models import Application, Draft
from tests.accounts.flow.conftest import bundid
from tests.portal.browser import Browser, errors, sample, typed
from tests.support.logins import BASIC, ERIKA, HIGH, SUBSTANTIAL, log_in, make_account

SLUG = "meldebescheinigung-erweitert"
__all__ = ["bundid"]

pytestmark = pytest.mark.usefixtures("bundid")


def at_person(browser: Browser, level: Any = HIGH, **more: Any) -> Draft:
    log_in(browser.client, None, level, source="bundid", **more)
    draft = browser.begin(SLUG)
    browser.post({"fuer_wen": "selbst", "zweck": "privat"})
    return draft


def test_capitals_are_shown_properly_and_locked(resident: Browser) -> None:
    at_person(resident)
    page = resident.page
    for text in ("Erika Maria", "Mustermann", "Gabler", "12. August 1964"):
        assert text in page
    assert "von BundID bestätigt" in page
    assert 'name="person.last_name"' not in page, "nothing to type where it stays"
    assert 'name="anschrift.street"' in page, "an address may have changed since the card was made"
    assert 'value="Heidestraße"' in page and 'value="17"' in page and 'value="Köln"' in page


def test_whoever_finds_a_locked_answer_wrong_learns_where_to_have_it_corrected(
    resident: Browser,
) -> None:
    draft = at_person(resident)
    where = "bei BundID oder im Bürgerbüro berichtigen"
    assert resident.page.count(where) == 1, "at the person, not at the address"
    for step in draft.version.parsed.online_form.steps[1:]:
        resident.post(typed(step.fields, sample(SLUG)))
    assert resident.path.endswith("/pruefen/"), errors(resident.page)
    links = dict(re.findall(r'<a href="[^"#]+#([^"]+)">([^<]+)<span', resident.page))
    assert links["person-first_names"] == "Stimmt das nicht?"
    assert links["anschrift"] == "Ändern"
    assert "alles ändern, was Sie selbst eingetragen haben" in resident.page
    resident.get(f"/antrag/{draft.public_id}/person/?pruefen")
    assert 'id="person-first_names"' in resident.page and where in resident.page


def test_posted_values_for_locked_parts_do_not_count(resident: Browser) -> None:
    draft = at_person(resident)
    fields = draft.version.parsed.online_form.steps[1].fields
    forged = {"person.first_names": "Otto", "person.last_name": "Falsch",
              "person.birth_date.day": "1", "person.birth_date.month": "1",
              "person.birth_date.year": "2000"}  # fmt: skip
    resident.post({**typed(fields, sample(SLUG)), **forged})
    draft.refresh_from_db()
    assert draft.answers["person"] == {
        "first_names": "Erika Maria",
        "last_name": "Mustermann",
        "birth_name": "Gabler",
        "birth_date": "1964-08-12",
    }


def send(browser: Browser, draft: Draft, **changes: Any) -> Application:
    answers = sample(SLUG)
    for step in draft.version.parsed.online_form.steps[1:]:
        browser.post({**typed(step.fields, answers), **changes})
    browser.post({})
    assert "/bestaetigung/" in browser.path, errors(browser.page)
    return Application.objects.get()


def test_application_keeps_what_was_verified_how_and_when(resident: Browser) -> None:
    draft = at_person(resident)
    application = send(resident, draft, **{"anschrift.street": "Anders"})
    fields = application.verified["fields"]
    assert fields["person.last_name"]["source"] == "bundid"
    assert fields["person.last_name"]["method"] == "eID"
    assert fields["person.last_name"]["level"] == "high"
    assert fields["person.last_name"]["at"][:4].isdigit()
    assert "anschrift.street" not in fields, "changed by hand: nobody vouches for it"
    assert application.verified["login"]["level"] == "high"
    run_pending()
    data = application.case.documents.filter(kind="application_data")
    assert any(b'"eID"' in document.current.read() for document in data)
    assert vouching.by_answer(application)["person.last_name"] == "von BundID bestätigt"
    application.verified["fields"]["person.last_name"]["level"] = "substantial"
    told = vouching.by_answer(application)["person.last_name"]
    assert told.startswith("BundID, Online-Ausweis, Vertrauensniveau substanziell, ")


def test_clerk_sees_it(resident: Browser) -> None:
    application = send(resident, at_person(resident))
    text = vouching.log_in(application)
    assert text.startswith("BundID, Online-Ausweis, Vertrauensniveau hoch, ")


def test_values_below_the_demanded_level_are_not_used(resident: Browser) -> None:
    """The log-in reached substantial, the name was only typed in there."""
    log_in(resident.client, None, HIGH, attributes={})
    request = log_in(resident.client, None, SUBSTANTIAL, values=ERIKA)
    from dataclasses import replace

    sure = assurance.current(request)
    weak = assurance.Assurance(
        tuple(
            replace(
                proof,
                attributes={
                    name: replace(attribute, level=BASIC)
                    for name, attribute in proof.attributes.items()
                },
            )
            for proof in sure.proofs
        )
    )
    draft = resident.begin(SLUG)
    service = draft.version.parsed
    paths = known.givens(service, "person", weak, None)
    assert not any(path.startswith("person.") for path in paths)
    assert all(not given.source for given in paths.values()), "the address only as a suggestion"


def test_free_services_are_filled_in_but_stay_editable(resident: Browser) -> None:
    log_in(resident.client, None, HIGH)
    draft = resident.begin("hund-anmelden")
    resident.get(f"/antrag/{draft.public_id}/halter/")
    assert 'name="person.last_name"' in resident.page
    assert 'value="Mustermann"' in resident.page
    assert "von BundID bestätigt" in resident.page


def test_profile_is_a_suggestion_nobody_vouches_for(resident: Browser) -> None:
    account = make_account(first_names="Erika", last_name="Meyer")
    account.address = {"street": "Kanalweg", "house_number": "3", "postal_code": "26639",
                       "city": "Wiesmoor"}  # fmt: skip
    account.phone = "04944 1234"
    account.save()
    log_in(resident.client, account)
    draft = resident.begin("hund-anmelden")
    resident.get(f"/antrag/{draft.public_id}/halter/")
    assert 'value="Meyer"' in resident.page and 'value="Kanalweg"' in resident.page
    assert "bestätigt" not in resident.page.split("<main")[1].split("</form>")[0]
    draft.refresh_from_db()
    assert draft.answers == {}, "nothing is saved before somebody sends it"


def test_suggestion_only_the_first_time(resident: Browser) -> None:
    account = make_account(first_names="Erika", last_name="Meyer")
    log_in(resident.client, account)
    draft = resident.begin("hund-anmelden")
    Draft.objects.filter(pk=draft.pk).update(answers={"person": {"first_names": "Otto"}})
    resident.get(f"/antrag/{draft.public_id}/halter/")
    assert 'value="Otto"' in resident.page and "Meyer" not in resident.page


def test_unusable_values_are_not_in_the_way(resident: Browser) -> None:
    """A birth date of which only the year is known (``1964-00-00``) can be typed."""
    at_person(resident, values={**ERIKA, "birth_date": "1964-00-00"})
    assert 'name="person.birth_date.year"' in resident.page
    assert 'name="person.last_name"' not in resident.page


def test_missing_values_can_be_typed(resident: Browser) -> None:
    """There are people without first names; birth dates and names nobody else may type."""
    at_person(resident, values={"family_name": "MUSTERMANN", "birth_date": "1964-08-12"})
    assert 'name="person.first_names"' in resident.page
    assert 'name="person.last_name"' not in resident.page


def test_address_abroad_is_not_pressed_into_a_german_one(resident: Browser) -> None:
    at_person(resident, values={**ERIKA, "country": "NL", "postal_code": "1011 AB"})
    assert "Heidestraße" not in resident.page


def test_on_behalf_is_asked_and_kept(resident: Browser) -> None:
    account = make_account(first_names="Erika")
    organisation = Organisation.objects.create(
        name="Musterbau GmbH", chain=new_chain("organisation"), created_at=now()
    )
    Representation.objects.create(
        account=account, organisation=organisation, role="member", state="active",
        requested_at=now(), decided_at=now(),
    )  # fmt: skip
    log_in(resident.client, account)
    resident.get("/leistungen/hund-anmelden/")
    resident.post({}, "/antrag/beginnen/hund-anmelden/")
    assert resident.path.endswith("/fuer-wen/")
    assert "Musterbau GmbH" in resident.page
    resident.post({"handelt": f"organisation.{organisation.public_id}"})
    draft = Draft.objects.get()
    assert draft.on_behalf["name"] == "Musterbau GmbH"
    assert draft.represented == organisation
    resident.get(f"/antrag/{draft.public_id}/fuer-wen/")
    resident.post({"handelt": "organisation.00000000-0000-0000-0000-000000000000"})
    draft.refresh_from_db()
    assert draft.represented == organisation, "only what the account may"


def test_gate_checks_the_settings() -> None:
    def problems(**more: Any) -> list[str]:
        field = Field(**{"key": "f", "type": FieldType.TEXT, "label": "F", **more})
        return analyse(FormDefinition(steps=(Step(key="s", title="S", fields=(field,)),)))

    assert problems() == []
    assert problems(prefill="applicant")
    assert problems(locked=True)
    assert problems(type=FieldType.PERSON, prefill="applicant", locked=True) == []
    assert problems(type=FieldType.EMAIL, prefill="applicant", locked=True)


def test_engine_knows_nothing_of_where_values_come_from() -> None:
    form = FormDefinition(
        steps=(
            Step(
                key="s",
                title="S",
                fields=(Field(key="p", type=FieldType.PERSON, label="P", prefill="applicant"),),
            ),
        )
    )
    givens = {"p.last_name": Given("Meyer", "BundID", fixed=True), "p.unknown": Given("x")}
    bound = engine.bind(form, "s", {}, data={"p.first_names": "A", "p.last_name": "B"},
                        givens=givens)  # fmt: skip
    assert bound.is_valid()
    assert bound.cleaned == {"p": {"first_names": "A", "last_name": "Meyer"}}
