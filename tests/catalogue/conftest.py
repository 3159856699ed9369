from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from tests.support import town

from rathaus.catalogue import actions, library
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.library import Library, TopicData
from rathaus.core.actors import Actor

Make = Callable[..., ServiceDefinition]

BASE: dict[str, Any] = {
    "slug": "zaun-anzeigen",
    "title": "Zaun anzeigen",
    "summary": "Sie bauen einen Zaun an der Straße? Zeigen Sie ihn hier an.",
    "synonyms": ["Gartenzaun", "Einfriedung"],
    "topics": ["bauen"],
    "office": "ordnungsamt",
    "form": {
        "steps": [
            {
                "key": "person",
                "title": "Wer sind Sie?",
                "fields": [
                    {"key": "vorname", "type": "text", "label": "Vorname"},
                    {"key": "nachname", "type": "text", "label": "Nachname"},
                    {"key": "email", "type": "email", "label": "E-Mail"},
                    {"key": "laenge", "type": "number", "label": "Länge", "min": 1, "unit": "m"},
                    {
                        "key": "plan",
                        "type": "upload",
                        "label": "Plan",
                        "required": False,
                    },
                ],
            }
        ],
        "contact_email_field": "email",
        "applicant_name_fields": ["vorname", "nachname"],
    },
    "fees": [
        {
            "key": "grund",
            "label": "Grundgebühr",
            "amount_cents": 2000,
            "legal_basis": "§ 1 NVwKostG",
            "valid_from": "2026-01-01",
        }
    ],
    "payment_policy": "before",
    "duration": {"working_days": 3, "fill_minutes": 5},
    "legal": [{"citation": "§ 1 NVwKostG", "url": "https://voris.example.de/gesetz"}],
    "letters": [
        {
            "key": "bescheid",
            "title": "Bestätigung",
            "outcome": "granted",
            "subject": "Ihr Zaun, Aktenzeichen [[aktenzeichen]]",
            "body": "Guten Tag [[name]],\n\nwir haben Ihre Anzeige vom [[eingang]] erhalten.",
        },
        {
            "key": "ablehnung",
            "title": "Ablehnung",
            "outcome": "rejected",
            "subject": "Ihr Zaun",
            "body": "Guten Tag,\n\nwir lehnen ab. [[grund]]",
            "remedy": "Sie können innerhalb eines Monats Klage erheben.",
        },
    ],
    "filing": {
        "plan_code": "32.10",
        "retention_years": 5,
        "retention_basis": "KGSt",
    },
    "after_submit": "Wir prüfen Ihre Anzeige.",
}


def build(**changes: Any) -> ServiceDefinition:
    data = copy.deepcopy(BASE)
    data.update(changes)
    return ServiceDefinition.model_validate(data)


@pytest.fixture
def make() -> Make:
    return build


@pytest.fixture
def actor() -> Actor:
    return Actor.staff("1", "Lars Poppinga", "digitalisierung")


@pytest.fixture
def bauen(db: None, actor: Actor) -> None:
    actions.put_topics(
        topics=[TopicData(slug="bauen", title="Bauen und Wohnen", icon="home")], actor=actor
    )


@pytest.fixture(scope="session")
def shipped() -> Library:
    return library.load_all()


@pytest.fixture
def catalogue(db: None, shipped: Library) -> Library:
    town.load()
    return shipped
