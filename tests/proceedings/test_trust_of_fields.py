"""What a step demands follows from the questions that are really asked on it."""

from __future__ import annotations

from typing import Any

from rathaus.accounts.trust import TrustLevel
from rathaus.catalogue import library
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.proceedings import trust

BASE = library.load_service(library.SHIPPED / "hund-anmelden" / "service.yaml")


def service(level: str = "none", **field: Any) -> ServiceDefinition:
    asked = {"key": "geheim", "type": "text", "label": "Geheim", **field}
    first = {"key": "ja", "type": "yes_no", "label": "Geht es um mehr?"}
    steps = [
        {"key": "eins", "title": "Eins", "fields": [first]},
        {"key": "zwei", "title": "Zwei", "fields": [asked]},
    ]
    form = {"steps": steps, "applicant_name_fields": ["geheim"]}
    return ServiceDefinition.model_validate(
        {**BASE.model_dump(), "trust_level": level, "form": form}
    )


def test_a_field_demands_its_level_on_its_step_only() -> None:
    one = service(trust_level="high")
    assert trust.of_step(one, "eins", {}) == TrustLevel.NONE
    assert trust.of_step(one, "zwei", {}) == TrustLevel.HIGH
    assert trust.of_sending(one, {}) == TrustLevel.HIGH
    assert trust.first_step(one, {}) == "Zwei"
    assert one.highest_trust == "high"


def test_a_question_that_is_not_asked_demands_nothing() -> None:
    one = service(trust_level="high", visible_if={"==": [{"var": "ja"}, True]})
    assert trust.of_step(one, "zwei", {"ja": False}) == TrustLevel.NONE
    assert trust.of_sending(one, {"ja": False}) == TrustLevel.NONE
    assert trust.of_step(one, "zwei", {"ja": True}) == TrustLevel.HIGH
    assert trust.highest(one) == TrustLevel.HIGH, "people are told beforehand that it may come"


def test_a_service_demands_its_level_at_sending() -> None:
    one = service("substantial")
    assert trust.of_step(one, "zwei", {}) == TrustLevel.NONE
    assert trust.of_sending(one, {}) == TrustLevel.SUBSTANTIAL
    assert trust.first_step(one, {}) == ""


def test_a_locked_field_demands_what_the_service_does() -> None:
    one = service("substantial", type="person", prefill="applicant", locked=True)
    assert trust.of_step(one, "zwei", {}) == TrustLevel.SUBSTANTIAL
    assert trust.of_content(one, {}) == TrustLevel.NONE
    held = trust.of_content(one, {"geheim": {"first_names": "E", "last_name": "M"}})
    assert held == TrustLevel.SUBSTANTIAL
