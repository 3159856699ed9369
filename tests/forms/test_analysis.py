"""The publish gate's look at a form, and the shipped library."""

from __future__ import annotations

import pytest

from rathaus.forms.analysis import analyse
from rathaus.forms.definition import FormDefinition
from tests.forms.support import EVERY_TYPE, form_of, one_page


def text(key: str, **more):
    return {"key": key, "type": "text", "label": key, **more}


def test_a_sound_form_has_no_findings():
    assert analyse(one_page(*EVERY_TYPE)) == []


def asks(name: str, value: str = "x"):
    return {"==": [{"var": name}, value]}


CHOICE = {"key": "kind", "type": "choice", "label": "Art",
          "options": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]}  # fmt: skip


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (one_page(text("a"), text("a")), "mehrfach"),
        (form_of({"key": "s", "fields": [text("a")]}, {"key": "s", "fields": [text("b")]}), "„s“"),
        (form_of({"fields": [text("a", visible_if=asks("b"))]}, {"fields": [text("b")]}), "später"),
        (form_of({"fields": [text("a")], "visible_if": asks("a")}), "später"),
        (one_page(text("a", visible_if=asks("nirgends"))), "nicht gibt"),
        (one_page({"key": "p", "type": "person", "label": "P"},
                  text("a", visible_if=asks("p.shoe_size"))), "nicht gibt"),
        (one_page(text("a", visible_if=False)), "nie gezeigt"),
        (one_page(text("a", visible_if={"eval": ["1"]})), "nicht erlaubt"),
        (one_page(text("a", visible_if=asks("b")), text("b", visible_if=asks("a"))), "im Kreis"),
        (one_page(text("a", visible_if=asks("a"))), "im Kreis"),
        (one_page(CHOICE, text("a", visible_if=asks("kind", "c"))), "keine Auswahl „c“"),
        (one_page({**CHOICE, "options": CHOICE["options"] * 2}), "mehrfach"),
        (one_page({**CHOICE, "options": []}), "mindestens zwei"),
        (one_page({"key": "s", "type": "select", "label": "S"}), "entweder options oder source"),
        (one_page({"key": "s", "type": "select", "label": "S", "source": "planets"}), "planets"),
        (one_page(text("a", pattern="(", pattern_message="x")), "regulärer Ausdruck"),
        (one_page(text("a", pattern="x+")), "pattern_message"),
        (one_page({"key": "d", "type": "date", "label": "D", "not_after": "morgen"}), "morgen"),
        (one_page({"key": "n", "type": "number", "label": "N", "min": 2, "max": 1}), "kleinste"),
        (one_page({"key": "i", "type": "information", "label": "I"}), "fehlt der Text"),
        (one_page({"key": "g", "type": "group", "label": "G"}), "keine Felder"),
        (one_page({"key": "g", "type": "group", "label": "G", "fields": [
            {"key": "h", "type": "group", "label": "H", "fields": [text("x")]}]}), "in Gruppen"),
        (one_page({"key": "g", "type": "group", "label": "G", "fields": [text("x")],
                   "min_items": 5, "max_items": 2}), "weniger"),
        (one_page({"key": "g", "type": "group", "label": "G", "fields": [text("x")],
                   "rules": [{"require": asks("z"), "message": "m", "fields": ["x"]}]}),
         "g: Regel 1: Die Bedingung fragt „z“, das es nicht gibt"),
        (one_page(text("a"), {"key": "g", "type": "group", "label": "G", "fields": [text("x")],
                   "rules": [{"require": asks("x"), "message": "m", "fields": ["a"]}]}),
         "Das Feld „a“ gibt es"),
        (one_page(text("a", rules=[{"require": asks("a"), "message": "m", "fields": ["a"]}])),
         "Nur eine Gruppe"),
        (one_page(text("a"), rules=[{"require": asks("a"), "message": "m", "fields": ["b"]}]),
         "auf dieser Seite nicht"),
        (one_page(text("a"), rules=[{"require": asks("z"), "message": "m", "fields": ["a"]}]),
         "nicht gibt"),
    ],
)  # fmt: skip
def test_findings(form, words):
    assert any(words in finding for finding in analyse(form)), analyse(form)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"contact_email_field": "mail"}, "führt zu keinem Feld"),
        ({"contact_email_field": "name"}, "kein E-Mail-Feld"),
        ({"applicant_name_fields": ["name", "person.first_names"]}, "person.first_names"),
        ({"applicant_organisation_field": "verein"}, "führt zu keinem Feld"),
        ({"applicant_address_fields": ["wohnung"]}, "führt zu keinem Feld"),
        ({"applicant_address_fields": ["name"]}, "keine Anschrift"),
    ],
)
def test_paths_of_applicant_and_contact(more, words):
    steps = [{"key": "s", "title": "S", "fields": [text("name")]}]
    form = FormDefinition.model_validate({"steps": steps, **more})
    assert [words in finding for finding in analyse(form)] == [True]


def test_broken_data_never_breaks_the_analysis():
    deep: dict = {"var": "a"}
    for _level in range(50):
        deep = {"!": [deep]}
    assert analyse(one_page(text("a"), text("b", visible_if=deep)))
    assert analyse(one_page(text("a", visible_if={"var": []})))
    assert analyse(one_page(text("a", visible_if={})))
