"""Small forms for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import QueryDict

from rathaus.forms import engine
from rathaus.forms.bound import BoundStep
from rathaus.forms.definition import FormDefinition

TODAY = date(2026, 11, 22)

EVERY_TYPE: list[dict[str, Any]] = [
    {"key": "name", "type": "text", "label": "Name"},
    {"key": "story", "type": "long_text", "label": "Beschreibung"},
    {"key": "pieces", "type": "number", "label": "Anzahl", "min": 1, "max": 5000},
    {"key": "area", "type": "number", "label": "Fläche", "decimals": 2, "unit": "m²"},
    {"key": "price", "type": "money", "label": "Preis", "max": 100_000_00},
    {"key": "start", "type": "date", "label": "Beginn"},
    {"key": "agreed", "type": "yes_no", "label": "Sind Sie einverstanden?"},
    {
        "key": "colour",
        "type": "choice",
        "label": "Farbe",
        "options": [{"value": "red", "label": "Rot"}, {"value": "green", "label": "Grün"}],
    },
    {
        "key": "days",
        "type": "choices",
        "label": "Tage",
        "options": [{"value": d, "label": d.upper()} for d in ("mo", "di", "mi")],
    },
    {"key": "country", "type": "select", "label": "Staat", "source": "countries"},
    {"key": "home", "type": "address", "label": "Anschrift"},
    {
        "key": "person",
        "type": "person",
        "label": "Person",
        "parts": ["first_names", "last_name", "birth_date", "nationality"],
        "optional_parts": ["birth_name"],
    },
    {"key": "email", "type": "email", "label": "E-Mail"},
    {"key": "phone", "type": "phone", "label": "Telefon"},
    {"key": "iban", "type": "iban", "label": "IBAN"},
    {"key": "ok", "type": "consent", "label": "Ich stimme zu", "text": "Wir speichern das."},
    {"key": "note", "type": "information", "label": "Hinweis", "text": "Gut zu wissen"},
    {
        "key": "owners",
        "type": "group",
        "label": "Inhaber",
        "item_label": "Person",
        "min_items": 1,
        "max_items": 3,
        "fields": [
            {"key": "last_name", "type": "text", "label": "Name"},
            {"key": "share", "type": "number", "label": "Anteil", "required": False},
        ],
    },
]

GOOD_POST: dict[str, Any] = {
    "name": "Wiebke",
    "story": "Erste Zeile\r\nZweite Zeile 🌷",
    "pieces": "1.234",
    "area": "12,50",
    "price": "1.234,50 €",
    "start.day": "4",
    "start.month": "März",
    "start.year": "2027",
    "agreed": "no",
    "colour": "green",
    "days": ["di", "mo"],
    "country": "oesterreich",
    "home.street": "Am Nordkanal",
    "home.house_number": "12 a",
    "home.postal_code": "26639",
    "home.city": "Wiesmoor",
    "person.first_names": "Wiebke Frauke",
    "person.last_name": "Saathoff",
    "person.birth_date.day": "29",
    "person.birth_date.month": "2",
    "person.birth_date.year": "1988",
    "person.nationality": "DE",
    "email": "wiebke@example.org",
    "phone": "04944 305-120",
    "iban": "de89 3704 0044 0532 0130 00",
    "ok": "yes",
    "owners.0.last_name": "Saathoff",
    "owners.1.last_name": "Müller",
    "owners.1.share": "50",
}

GOOD_ANSWERS: dict[str, Any] = {
    "name": "Wiebke",
    "story": "Erste Zeile\nZweite Zeile 🌷",
    "pieces": 1234,
    "area": 12.5,
    "price": 123450,
    "start": "2027-03-04",
    "agreed": False,
    "colour": "green",
    "days": ["mo", "di"],
    "country": "AT",
    "home": {
        "street": "Am Nordkanal",
        "house_number": "12 a",
        "postal_code": "26639",
        "city": "Wiesmoor",
    },
    "person": {
        "first_names": "Wiebke Frauke",
        "last_name": "Saathoff",
        "birth_date": "1988-02-29",
        "nationality": "DE",
    },
    "email": "wiebke@example.org",
    "phone": "04944 305-120",
    "iban": "DE89370400440532013000",
    "ok": True,
    "owners": [{"last_name": "Saathoff"}, {"last_name": "Müller", "share": 50}],
}


def form_of(*steps: dict[str, Any]) -> FormDefinition:
    """A form with these steps; keys and titles are filled in."""
    filled = [
        {"key": f"seite-{number}", "title": f"Seite {number}", **step}
        for number, step in enumerate(steps, 1)
    ]
    return FormDefinition.model_validate({"steps": filled})


def one_page(*fields: dict[str, Any], **more: Any) -> FormDefinition:
    """A form with one step."""
    return form_of({"fields": fields, **more})


def field(kind: str, **more: Any) -> dict[str, Any]:
    """One field called ``f``."""
    return {"key": "f", "type": kind, "label": "Feld", **more}


def query(data: dict[str, Any]) -> QueryDict:
    """Posted data as Django hands it over."""
    made = QueryDict(mutable=True)
    for name, value in data.items():
        made.setlist(name, value if isinstance(value, list) else [value])
    return made


def post(
    form: FormDefinition,
    data: dict[str, Any],
    answers: dict[str, Any] | None = None,
    *,
    step: str = "seite-1",
    **more: Any,
) -> BoundStep:
    """Send one step."""
    more.setdefault("today", TODAY)
    return engine.bind(form, step, answers or {}, data=query(data), **more)


def send(kind: str, typed: Any, **more: Any) -> tuple[Any, str]:
    """Answer and error for one field of this kind."""
    data = typed if isinstance(typed, dict) else {"f": typed}
    bound = post(one_page(field(kind, **more)), data)
    return bound.cleaned.get("f"), bound.errors[0].message if bound.errors else ""
