"""What a letter repeats of the answers can be understood without the form."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from rathaus.catalogue import library
from rathaus.proceedings import letters

SHIPPED = {service.slug: service for service in library.load_all().services}


@pytest.fixture(autouse=True)
def _town(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "_town_name", lambda: "Stadt Wiesmoor")


def case(slug: str, number: int = 0) -> dict[str, Any]:
    text = (library.SHIPPED / slug / "cases.yaml").read_text(encoding="utf-8")
    answers: dict[str, Any] = yaml.safe_load(text)[number]["answers"]
    return answers


def letter(slug: str, key: str, answers: dict[str, Any], **changes: Any) -> list[str]:
    """The lines of a letter's text."""
    service = SHIPPED[slug]
    application = SimpleNamespace(
        case=SimpleNamespace(reference="WM-1", office=SimpleNamespace(name="Amt")),
        service=service,
        claim=None,
        applicant_name="Gerda Onken",
        submitted_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        answers=answers,
    )
    template = next(row for row in service.letters if row.key == key).model_copy(update=changes)
    return letters.fill(application, template, reason="So ist es.").body.split("\n")  # type: ignore[arg-type]


def test_the_tax_notice_says_which_date_is_the_birth_and_which_the_beginning() -> None:
    lines = letter("hund-anmelden", "steuerbescheid", case("hund-anmelden"))
    for line in ("- Name: Bello", "- Geboren: 2. Mai 2026", "- Gehalten seit: 15. November 2026",
                 "- Chipnummer: 276098106123450"):  # fmt: skip
        assert line in lines


def test_the_tax_notice_keeps_two_dogs_apart() -> None:
    answers = case("hund-anmelden")
    answers["hunde"] = [answers["hunde"][0], {**answers["hunde"][0], "hund_name": "Rieke"}]
    lines = letter("hund-anmelden", "steuerbescheid", answers)
    order = ["**Hund 1**", "- Name: Bello", "**Hund 2**", "- Name: Rieke"]
    assert [line for line in lines if line in order] == order


def test_the_trade_certificate_labels_what_it_says_of_each_representative() -> None:
    lines = letter("gewerbe-anmelden", "empfangsbescheinigung", case("gewerbe-anmelden", 1))
    found = [line for line in lines if line.startswith("- Gesetzliche Vertretung")]
    assert len(found) == 2
    assert found[0].startswith(
        "- Gesetzliche Vertretung, Person 1: Vornamen: Enno; Familienname: Ubben; "
    )
    assert "Geburtsdatum: 2. September 1978" in found[0]
    assert "Vornamen: Tomke" in found[1]


def test_a_lone_value_needs_no_label() -> None:
    lines = letter("gewerbe-anmelden", "empfangsbescheinigung", case("gewerbe-anmelden", 1))
    assert "- Weitere Tätigkeiten: Einzelhandel mit Haushaltsgeräten" in lines


def test_a_group_within_a_sentence_stays_in_it_with_its_labels() -> None:
    answers = case("osterfeuer-anzeigen")
    body = "Es wachen [[antrag.aufsicht_personen]] am Feuer von [[antrag.person.first_names]]."
    (line,) = letter("osterfeuer-anzeigen", "bestaetigung", answers, body=body)
    assert line.startswith("Es wachen Person 1: Vor- und Nachname: Habbo Janßen; Mobilnummer")
    assert line.endswith(" am Feuer von Habbo.")
