"""Letters reach the person who applied."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from rathaus.catalogue import library
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.forms.definition import FormDefinition
from rathaus.proceedings import addressing, documents
from rathaus.proceedings.models import Letter
from tests.proceedings.conftest import new_application

SHIPPED = {service.slug: service for service in library.load_all().services if service.form}


def case(slug: str, number: int = 0) -> dict[str, Any]:
    text = (library.SHIPPED / slug / "cases.yaml").read_text(encoding="utf-8")
    answers: dict[str, Any] = yaml.safe_load(text)[number]["answers"]
    return answers


def window(service: ServiceDefinition, answers: dict[str, Any]) -> tuple[str, ...]:
    return addressing.window(
        SimpleNamespace(service=service, answers=answers)  # type: ignore[arg-type]
    )


def place(street: str, number: str = "1", **more: str) -> dict[str, str]:
    return {"street": street, "house_number": number, "postal_code": "26639", "city": "Wiesmoor",
            **more}  # fmt: skip


def test_who_moves_their_business_gets_post_at_home_not_at_the_premises_they_left():
    lines = window(SHIPPED["gewerbe-ummelden"], case("gewerbe-ummelden"))
    assert lines == ("Heike Lüken", "Jasminweg 2", "26639 Wiesmoor")


def test_who_takes_over_a_business_gets_post_at_home_not_at_the_former_premises():
    answers = case("gewerbe-anmelden") | {"fruehere_betriebsstaette": place("Altbau")}
    assert "anschrift" in answers
    assert not any("Altbau" in line for line in window(SHIPPED["gewerbe-anmelden"], answers))


def test_a_company_gets_post_at_its_main_office_else_at_the_premises_in_use():
    answers = {
        "fruehere_betriebsstaette": place("Altbau"),
        "betriebsstaette": place("Neubau"),
        "hauptniederlassung": place("Zentrale"),
    }
    for slug in ("gewerbe-anmelden", "gewerbe-ummelden"):
        assert window(SHIPPED[slug], answers)[0] == "Zentrale 1"
        without = {key: answers[key] for key in ("fruehere_betriebsstaette", "betriebsstaette")}
        assert window(SHIPPED[slug], without)[0] == "Neubau 1"
    leaving = {
        "kuenftige_betriebsstaette": place("Neubau"),
        "betriebsstaette": place("Altbau"),
    }
    assert window(SHIPPED["gewerbe-abmelden"], leaving)[0] == "Neubau 1"


def test_who_moves_away_with_the_dog_gets_post_at_the_new_home():
    answers = {
        "neue_anschrift": place("Neubau"),
        "anschrift": place("Altbau"),
        "neuer_halter_anschrift": place("Fremd"),
    }
    assert window(SHIPPED["hund-abmelden"], answers)[0] == "Neubau 1"
    assert window(SHIPPED["hund-abmelden"], {**answers, "neue_anschrift": None})[0] == "Altbau 1"


def test_a_letter_finds_a_room_at_a_family_and_a_home_abroad():
    abroad = place("Hauptplatz", addition="bei Familie Huber, Top 7", country="AT")
    ida = {"first_names": "Ida", "last_name": "Huber"}
    lines = window(SHIPPED["eheurkunde"], {"person": ida, "anschrift": abroad})
    assert lines == (
        "Ida Huber",
        "bei Familie Huber, Top 7",
        "Hauptplatz 1",
        "26639 Wiesmoor",
        "ÖSTERREICH",
    )


@pytest.mark.parametrize("slug", ["eheurkunde", "geburtsurkunde", "sterbeurkunde"])
def test_certificates_sent_elsewhere_take_their_letter_along(slug: str):
    service = SHIPPED[slug]
    answers = {
        "person": {"first_names": "Ida", "last_name": "Huber"}, "anschrift": place("Heimweg"),
    }  # fmt: skip
    home = ("Ida Huber", "Heimweg 1", "26639 Wiesmoor")
    away = {**answers, "liefername": "Notariat Onken", "lieferanschrift": place("Kanzleiweg")}
    there = ("Notariat Onken", "Kanzleiweg 1", "26639 Wiesmoor")
    unnamed = {**away, "liefername": None}
    for key, given, lines in (
        ("begleitschreiben", answers, home),
        ("begleitschreiben", away, there),
        ("begleitschreiben", unnamed, ("Ida Huber", *there[1:])),
        ("ablehnung", away, home),  # a decision goes to who applied
        ("", away, home),
    ):
        application = SimpleNamespace(service=service, answers=given)
        assert addressing.window(application, key) == lines  # type: ignore[arg-type]


def test_the_letter_itself_goes_where_its_template_says(town):
    application = new_application(
        "geburtsurkunde", versand="andere", liefername="Notariat Onken",
        lieferanschrift=place("Kanzleiweg", country="DE"),
    )  # fmt: skip
    loaded = documents.load(application.pk)
    letter = Letter(
        application=loaded, template_key="begleitschreiben", created_at=loaded.submitted_at
    )
    paper = documents.letter_data(loaded, letter, signer=None)
    assert paper.recipient == ("Notariat Onken", "Kanzleiweg 1", "26639 Wiesmoor")


def test_germany_is_not_named_on_letters_within_germany():
    lines = window(SHIPPED["eheurkunde"], {"anschrift": place("Weg", country="DE")})
    assert lines[-1] == "26639 Wiesmoor"


def test_a_club_and_who_acts_for_it_stand_on_two_lines():
    lines = window(SHIPPED["osterfeuer-anzeigen"], case("osterfeuer-anzeigen"))
    assert lines[:2] == ("Boßelverein „Liek up Mullberg“ e. V.", "Habbo Janßen")


@pytest.mark.parametrize("service", SHIPPED.values(), ids=list(SHIPPED))
def test_every_shipped_service_names_the_postal_address(service: ServiceDefinition):
    assert service.form
    assert service.form.applicant_address_fields


def test_a_form_that_names_no_postal_address_takes_the_one_known_or_asked_of_everybody():
    def form(*fields: dict[str, Any]) -> FormDefinition:
        asked = [{"type": "address", "label": field["key"], **field} for field in fields]
        return FormDefinition.model_validate(
            {"steps": [{"key": "s", "title": "S", "fields": asked}]}
        )

    sometimes = {"key": "frueher", "visible_if": {"!!": [{"var": "x"}]}}
    always, known = {"key": "betrieb"}, {"key": "wohnung", "prefill": "applicant"}
    answers = {key: place(key) for key in ("frueher", "betrieb", "wohnung")}
    found = addressing.postal_address(form(sometimes, always, known), answers)
    assert found == answers["wohnung"]
    found = addressing.postal_address(form(sometimes, always), answers)
    assert found == answers["betrieb"]
    assert addressing.postal_address(form(sometimes), answers) == answers["frueher"]
    assert addressing.postal_address(form(sometimes), {}) is None
