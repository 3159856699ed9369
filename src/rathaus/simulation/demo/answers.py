"""From a person of the story to the answers of a form.

Everything known about the person is offered; the form keeps what it asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from rathaus.forms.definition import Field, FieldType, FormDefinition
from rathaus.simulation.demo import times

Person = Mapping[str, Any]
GROUPS = {"gesellschafter_liste": "gesellschafter_", "vertreter_liste": "vertreter_"}
"""Groups of the trade forms that may simply name people of the story."""


def build(
    form: FormDefinition,
    person: Person,
    given: Mapping[str, Any],
    people: Mapping[str, Person],
    on: date,
) -> dict[str, Any]:
    """All answers on the day `on`. Raises: ValueError for a day that does not exist."""
    known = {**_trade(person), "email": person.get("email"), "telefon": person.get("phone")}
    answers: dict[str, Any] = {}
    for step in form.steps:
        for field in step.fields:
            value = _known(field, person, known)
            if value not in (None, ""):
                answers[field.key] = value
    for key, value in given.items():
        answers[key] = _expand(key, value, people, on)
    for key in GROUPS:
        if key in answers:
            answers[key] = _asked(form, key, answers[key])
    return {key: value for key, value in answers.items() if value is not None}


def address(person: Person) -> dict[str, str]:
    """The address, with the country forms with foreign addresses ask for."""
    return {
        "street": person["street"],
        "house_number": str(person["house_number"]),
        "postal_code": str(person.get("postal_code", "26639")),
        "city": person.get("city", "Wiesmoor"),
        "country": person.get("country", "DE"),
    }


def _known(field: Field, person: Person, known: Mapping[str, Any]) -> Any:
    if field.type == FieldType.CONSENT:
        return True
    if field.type == FieldType.PERSON and field.key == "person":
        return {part: person[part] for part in field.parts if person.get(part)}
    if field.type == FieldType.ADDRESS and field.key == "anschrift":
        return _fitting(field, address(person))
    return known.get(field.key)


def _fitting(field: Field, value: dict[str, str]) -> dict[str, str]:
    return value if field.with_country else {k: v for k, v in value.items() if k != "country"}


def _trade(person: Person) -> dict[str, Any]:
    """The answers about a person in the trade forms (GewA 1 to 3)."""
    sexes = {"female": "weiblich", "male": "maennlich", "diverse": "divers"}
    return {
        "vornamen": person["first_names"],
        "familienname": person["last_name"],
        "geburtsname": person.get("birth_name"),
        "geschlecht": sexes.get(person.get("sex", ""), "ohne_angabe"),
        "geburtsdatum": person["birth_date"],
        "geburtsort": person.get("birth_place"),
        "geburtsland": person.get("birth_country", "DE"),
        "staatsangehoerigkeit": person.get("nationality", "DE"),
    }


def _expand(key: str, value: Any, people: Mapping[str, Person], on: date) -> Any:
    if isinstance(value, str):
        return times.resolve(value, on)
    if isinstance(value, Mapping):
        return {name: _expand(name, inner, people, on) for name, inner in value.items()}
    if isinstance(value, list):
        prefix = GROUPS.get(key)
        return [
            _member(prefix, people[item])
            if prefix and isinstance(item, str)
            else _expand("", item, people, on)
            for item in value
        ]
    return value


def _member(prefix: str, person: Person) -> dict[str, Any]:
    row = {**_trade(person), "anschrift": address(person), "aufenthaltstitel": "nicht_noetig"}
    row |= person.get("permit", {})
    if prefix == "gesellschafter_":
        row["art"] = "person"
    return {f"{prefix}{name}": value for name, value in row.items() if value is not None}


def _asked(form: FormDefinition, key: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    group = next(field for step in form.steps for field in step.fields if field.key == key)
    asked = {field.key for field in group.fields}
    return [{name: value for name, value in row.items() if name in asked} for row in rows]
