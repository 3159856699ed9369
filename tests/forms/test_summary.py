"""What people read on the check page, and the schema machines read."""

from __future__ import annotations

from django.template.loader import render_to_string
from openapi_schema_validator import OAS31Validator

from rathaus.forms import engine
from tests.forms.support import EVERY_TYPE, GOOD_ANSWERS, TODAY, one_page

FORM = one_page(
    *EVERY_TYPE,
    {"key": "extra", "type": "text", "label": "Extra", "required": False},
    {"key": "proof", "type": "upload", "label": "Nachweis", "required": False},
)
FILE = {
    "id": "5b9d6c1e-0000-4000-8000-000000000000",
    "name": "Erlaubnis.pdf",
    "size": 1_400_000,
    "sha256": "0" * 64,
    "content_type": "application/pdf",
}


def rows(answers):
    (section,) = engine.summary(FORM, answers, today=TODAY)
    return {row.path: row for row in section.rows}


def test_answers_read_as_german():
    found = {path: row.value for path, row in rows(GOOD_ANSWERS | {"proof": [FILE]}).items()}
    assert found["start"] == "4. März 2027"
    assert found["agreed"] == "Nein"
    assert found["price"] == "1.234,50\u00a0€"
    assert found["pieces"] == "1.234"
    assert found["area"] == "12,5\u00a0m²"
    assert found["colour"] == "Grün"
    assert found["country"] == "Österreich"
    assert found["home"] == "Am Nordkanal 12 a\n26639 Wiesmoor"
    assert found["person.birth_date"] == "29. Februar 1988"
    assert found["person.nationality"] == "deutsch"
    assert found["person.birth_name"] == "Keine Angabe"
    assert found["iban"] == "DE89 3704 0044 0532 0130 00"
    assert found["owners.1.last_name"] == "Müller"
    assert found["extra"] == "Keine Angabe"
    assert found["proof"] == "Erlaubnis.pdf (1,4\u00a0MB)"
    assert "note" not in found


def test_items_of_a_group_are_numbered():
    found = rows(GOOD_ANSWERS)
    assert found["owners.1.last_name"].group == "Person 2"
    assert found["owners.1.last_name"].anchor == "owners-1-last_name"


def test_an_address_abroad_names_the_state():
    form = one_page({"key": "a", "type": "address", "label": "Anschrift", "with_country": True})
    answers = {"a": {"street": "Kerkstraat 1", "city": "Leer", "country": "NL"}}
    (section,) = engine.summary(form, answers, today=TODAY)
    assert section.rows[0].lines == ("Kerkstraat 1", "Leer", "Niederlande")


def test_a_mistyped_mail_provider_is_pointed_out_before_sending():
    assert rows(GOOD_ANSWERS | {"email": "a@gmial.com"})["email"].notice == (
        "Meinten Sie a@gmail.com?"
    )


def test_the_check_page_links_to_the_control():
    sections = engine.summary(FORM, GOOD_ANSWERS, today=TODAY)
    html = render_to_string("forms/summary.html", {"sections": sections, "change_url": "/a/STEP/"})
    assert 'href="/a/seite-1/#owners-1-last_name"' in html
    assert "Person 2, Name" in html
    assert "/a/" not in render_to_string("forms/summary.html", {"sections": sections})


def test_complete_answers_fit_the_schema_and_incomplete_do_not():
    validator = OAS31Validator(engine.schema(FORM))
    validator.validate(GOOD_ANSWERS | {"proof": [FILE]})
    for wrong in ({}, GOOD_ANSWERS | {"pieces": "1"}, GOOD_ANSWERS | {"unknown": 1},
                  GOOD_ANSWERS | {"owners": []}, GOOD_ANSWERS | {"start": "4.3.2027"}):  # fmt: skip
        assert not validator.is_valid(wrong)


def test_value_at():
    assert engine.value_at(GOOD_ANSWERS, "person.first_names") == "Wiebke Frauke"
    assert engine.value_at(GOOD_ANSWERS, "owners.1.last_name") == "Müller"
    assert engine.value_at(GOOD_ANSWERS, "owners.9.last_name") is None
    assert engine.value_at(GOOD_ANSWERS, "name.x") is None


def test_a_declaration_stands_there_in_full_not_only_that_it_was_made():
    field = {"key": "fee", "type": "consent", "label": "Gebühr",
             "text": "Ich weiß: Die Gebühr entsteht **immer**."}  # fmt: skip
    (section,) = engine.summary(one_page(field), {"fee": True}, today=TODAY)
    assert section.rows[0].lines == ("Ja", "Ich weiß: Die Gebühr entsteht immer.")
    (section,) = engine.summary(one_page(field), {}, today=TODAY)
    assert section.rows[0].lines == ("Keine Angabe",)
