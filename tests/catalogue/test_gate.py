"""The publish gate: what is refused, with the place."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from rathaus.catalogue import gate, readability
from rathaus.catalogue.gate import Context, Finding

from .conftest import BASE

pytestmark = pytest.mark.one_database

TODAY = date(2026, 11, 22)
AROUND = Context(
    topics=frozenset({"bauen"}),
    offices=frozenset({"ordnungsamt"}),
    services=frozenset({"zaun-anzeigen"}),
    today=TODAY,
)


def findings(make, **changes: Any) -> list[Finding]:
    return gate.check(make(**changes), AROUND)


def errors(make, **changes: Any) -> set[str]:
    return {row.where for row in findings(make, **changes) if row.severity == "error"}


def warnings(make, **changes: Any) -> set[str]:
    return {row.where for row in findings(make, **changes) if row.severity == "warning"}


def letters(**changes: Any) -> list[dict[str, Any]]:
    rows = copy.deepcopy(BASE["letters"])
    rows[0].update(changes)
    return rows


def form(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(BASE["form"]), **changes}


def fee(**changes: Any) -> dict[str, Any]:
    return {**BASE["fees"][0], **changes}


def test_a_sound_service_passes_without_a_word(make) -> None:
    assert findings(make) == []


def test_without_surroundings_nothing_about_them_is_checked(make) -> None:
    assert gate.check(make(topics=["anders"], office="anders"), Context(today=TODAY)) == []


@pytest.mark.parametrize(
    ("where", "changes"),
    [
        ("topics", {"topics": ["anders"]}),
        ("topics", {"topics": []}),
        ("office", {"office": "finanzamt"}),
        ("legal.0.url", {"legal": [{"citation": "x", "url": "http://unsicher.de"}]}),
        ("legal.0.url", {"legal": [{"citation": "x", "url": "javascript:alert(1)"}]}),
        ("channels.0.url", {"channels": [{"kind": "link", "text": "Landkreis"}]}),
        ("description", {"description": "Siehe [Landkreis](http://a.de)."}),
        ("description", {"description": "Siehe [Landkreis](//a.de)."}),
        ("description", {"description": "Mehr [hier](https://a.de/x)."}),
        ("description", {"description": "Mehr [](https://a.de/x)."}),
        ("description", {"description": "![Foto](https://a.de/x.png)"}),
        ("description", {"description": "<b>Wichtig</b>"}),
        ("summary", {"summary": "Ein <script>alert(1)</script>"}),
        ("letters.bescheid.body", {"letters": letters(body="[[antrag.gibtesnicht]]")}),
        ("letters.bescheid.body", {"letters": letters(body="[[passwort]]")}),
        ("letters.bescheid.body", {"letters": letters(body="[[name]")}),
        ("letters.bescheid.subject", {"letters": letters(subject="[[ antrag.vorname.x ]]")}),
        ("letters.bescheid.address_field", {"letters": letters(address_field="vorname")}),
        ("letters.bescheid.name_field", {"letters": letters(name_field="gibtesnicht")}),
        ("letters.bescheid.remedy", {"letters": letters(outcome="rejected")}),
        ("letters", {"letters": []}),
        ("letters.ablehnung", {"letters": letters(key="ablehnung")}),
        ("form.contact_email_field", {"form": form(contact_email_field="vorname")}),
        ("form.applicant_name_fields", {"form": form(applicant_name_fields=["wer"])}),
        ("form.applicant_name_fields", {"form": form(applicant_name_fields=[])}),
        ("form", {"form": form(applicant_address_fields=["vorname"])}),
        ("fees.0.legal_basis", {"fees": [fee(legal_basis=" ")]}),
        ("fees", {"fees": [fee(valid_from="2027-01-01")]}),
        ("fees", {"fees": [fee(valid_to="2026-06-30")]}),
        ("fees.grund", {"fees": [fee(), fee(valid_from="2027-01-01")]}),
        (
            "fees.grund",
            {"fees": [fee(valid_to="2026-12-31"), fee(valid_from="2027-02-01")]},
        ),
        ("fees.0.condition", {"fees": [fee(condition={"system": "rm"})]}),
        ("fees.0.condition", {"fees": [fee(condition={"var": "hoehe"})]}),
        ("fees.0.quantity_field", {"fees": [fee(kind="per_piece", quantity_field="vorname")]}),
        ("payment_policy", {"fees": []}),
        ("filing.retention_years", {"filing": {"plan_code": "1", "retention_years": -1}}),
        ("documents.0", {"documents": [{"label": "Plan", "upload": True}], "form": None}),
        ("synonyms", {"synonyms": ["Zaun", " "]}),
        (
            "stages.a.visible_if",
            {"stages": [{"key": "a", "label": "A", "visible_if": {"var": "hoehe"}}]},
        ),
        ("stages", {"stages": [{"key": "a", "label": "A"}, {"key": "a", "label": "B"}]}),
    ],
)
def test_this_blocks_publishing(make, where: str, changes: dict[str, Any]) -> None:
    if changes.get("form", 1) is None:
        without = form()
        without["steps"][0]["fields"] = without["steps"][0]["fields"][:3]
        changes = {**changes, "form": without}
    assert where in errors(make, **changes)


@pytest.mark.parametrize(
    ("where", "changes"),
    [
        ("related", {"related": ["gibt-es-nicht"]}),
        ("related", {"related": ["zaun-anzeigen"]}),
        ("synonyms", {"synonyms": []}),
        ("synonyms", {"synonyms": ["Zaun", "zaun"]}),
        ("legal", {"legal": []}),
        ("fees", {"fees": [fee(example=True)]}),
        ("fees.grund", {"fees": [fee(valid_to="2026-12-31")]}),
        ("filing.retention_basis", {"filing": {"plan_code": "1", "retention_years": 5}}),
        ("after_submit", {"after_submit": ""}),
        ("summary", {"summary": "Wort " * 80}),
        ("title", {"title": "Zaun " * 20}),
        ("letters", {"letters": letters()[:1]}),
    ],
)
def test_this_is_only_a_hint(make, where: str, changes: dict[str, Any]) -> None:
    assert where in warnings(make, **changes)
    assert where not in errors(make, **changes)


def test_a_tariff_may_change_at_the_turn_of_the_year(make) -> None:
    fees = [fee(valid_to="2026-12-31"), fee(valid_from="2027-01-01", amount_cents=2200)]
    assert errors(make, fees=fees) == set()


def test_a_broken_condition_of_the_form_blocks(make) -> None:
    broken = form()
    broken["steps"][0]["fields"][0]["visible_if"] = {"var": "gibt_es_nicht"}
    assert "form" in errors(make, form=broken)


def test_person_and_address_parts_can_be_used_in_letters(make) -> None:
    wider = form()
    wider["steps"][0]["fields"] += [
        {"key": "wer", "type": "person", "label": "Wer?", "parts": ["first_names", "last_name"]},
        {"key": "wo", "type": "address", "label": "Wo?"},
    ]
    body = "[[antrag.wer.last_name]] [[antrag.wo.city]]"
    assert errors(make, form=wider, letters=letters(body=body)) == set()
    body = "[[antrag.wer.birth_date]]"
    assert "letters.bescheid.body" in errors(make, form=wider, letters=letters(body=body))


def test_errors_come_first_and_each_once(make) -> None:
    rows = findings(make, synonyms=[], office="finanzamt", topics=["x", "x"])
    assert [row.severity for row in rows] == sorted(
        (row.severity for row in rows), key=lambda s: s != "error"
    )
    assert len(set(rows)) == len(rows)


class TestReadability:
    PLAIN = (
        "Melden Sie Ihren Hund an. Das geht in fünf Minuten. Sie brauchen den Namen und das "
        "Alter vom Hund. Die Marke kommt mit der Post. Haben Sie Fragen? Rufen Sie uns an. "
        "Wir helfen Ihnen gern. Das kostet nichts. Sie können auch zu uns kommen."
    )
    OFFICIAL = (
        "Die Inanspruchnahme der Hundesteuerbefreiungsregelung setzt die ordnungsgemäße "
        "Antragstellung unter Berücksichtigung der satzungsrechtlichen Voraussetzungen "
        "beziehungsweise die Vorlage entsprechender Nachweisunterlagen gegenüber der "
        "zuständigen Steuerfestsetzungsstelle innerhalb der Ausschlussfrist unabdingbar "
        "voraus und begründet keinen Rechtsanspruch auf rückwirkende Berücksichtigung "
        "nachträglich eingereichter Bescheinigungen durch die Festsetzungsbehörde."
    )

    def test_plain_text_is_fine(self) -> None:
        assert readability.problems(self.PLAIN) == []

    def test_official_german_is_not(self) -> None:
        assert len(readability.problems(self.OFFICIAL)) == 2

    def test_easier_text_has_the_higher_index(self) -> None:
        assert (readability.flesch(self.PLAIN) or 0) > 60 > (readability.flesch(self.OFFICIAL) or 0)

    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("Nach § 14 Abs. 1 Nr. 2 GewO melden Sie an.", 1),
            ("Bis zum 1. Mai 2026. Danach nicht.", 2),
            ("- eins\n- zwei", 2),
            ("", 0),
            ("[Text](https://a.b.c/d.e)", 1),
        ],
    )
    def test_sentences(self, text: str, count: int) -> None:
        assert len(readability.sentences(text)) == count

    def test_long_input_is_quick_enough_to_answer(self) -> None:
        assert readability.problems("wort " * 200_000)
        assert readability.problems("[" * 20_000 + "(" * 20_000) == []


def test_a_form_with_an_address_should_say_where_letters_go(make) -> None:
    asking = form()
    address = {"key": "wohnung", "type": "address", "label": "Wohnung"}
    asking["steps"][0]["fields"].append(address)
    assert "form.applicant_address_fields" in warnings(make, form=asking)
    asking["applicant_address_fields"] = ["wohnung"]
    assert "form.applicant_address_fields" not in warnings(make, form=asking)
