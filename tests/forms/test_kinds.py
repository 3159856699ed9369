"""Each kind of field: what is understood, what is refused, and what the message says to do."""

from __future__ import annotations

import time
from typing import Any

import pytest

from rathaus.forms import engine
from rathaus.forms.kinds.texts import email_hint
from tests.forms.support import EVERY_TYPE, GOOD_ANSWERS, GOOD_POST, TODAY, one_page, post, send


def test_every_kind_takes_a_good_answer():
    bound = post(one_page(*EVERY_TYPE), GOOD_POST)
    assert bound.errors == []
    assert bound.is_valid()
    assert bound.cleaned == GOOD_ANSWERS


def test_nothing_filled_in_tells_everything_at_once_and_what_to_do():
    bound = post(one_page(*EVERY_TYPE), {})
    messages = {problem.path: problem.message for problem in bound.errors}
    assert not bound.is_valid()
    assert messages["name"] == "Füllen Sie das Feld „Name“ aus."
    assert messages["start"] == "Geben Sie bei „Beginn“ Tag, Monat und Jahr ein."
    assert messages["home.street"] == "Geben Sie die Straße ein."
    assert messages["person.first_names"] == "Geben Sie die Vornamen ein."
    assert "person.birth_name" not in messages
    assert messages["email"] == "Geben Sie Ihre E-Mail-Adresse ein."
    assert messages["colour"] == "Wählen Sie bei „Farbe“ eine Möglichkeit aus."
    assert "note" not in messages


def test_the_definition_may_say_what_is_missing():
    assert send("text", "", missing_message="Geben Sie Ihren Vornamen ein.")[1] == (
        "Geben Sie Ihren Vornamen ein."
    )
    assert send("text", " ", label="Wie heißen Sie?")[1] == (
        "Beantworten Sie die Frage „Wie heißen Sie?“."
    )


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Anna \t Maria\n", "Anna Maria"),
        ("A\x00n\x07na", "Anna"),
        ("rechnung\u202egpj.exe", "rechnunggpj.exe"),
        ("An\ud800na", "Anna"),
        ("e\u0301", "é"),
        ("👩‍👩‍👧 🇩🇪", "👩‍👩‍👧 🇩🇪"),
        ("שלום", "שלום"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Ż" + "\u0301" * 500, "Ż" + "\u0301" * 4),
    ],
)
def test_text_keeps_what_people_write_and_drops_what_breaks_pages(typed, stored):
    assert send("text", typed) == (stored, "")


def test_only_invisible_characters_are_no_answer():
    value, error = send("text", "\u200b\u202e\x00")
    assert value is None
    assert error == "Füllen Sie das Feld „Feld“ aus."


@pytest.mark.parametrize(("kind", "limit"), [("text", "200"), ("long_text", "4.000")])
def test_ten_megabytes_are_one_plain_error_and_what_a_request_may_carry_is_kept(
    kind, limit, settings
):
    bound = post(one_page({"key": "f", "type": kind, "label": "Feld"}), {"f": "ä" * 10_000_000})
    assert [p.message for p in bound.errors] == [
        f"Kürzen Sie „Feld“ auf höchstens {limit} Zeichen."
    ]
    assert bound.fields[0].raw.startswith("ää")
    assert len(bound.fields[0].raw) == settings.DATA_UPLOAD_MAX_MEMORY_SIZE


@pytest.mark.parametrize("kind", ["text", "long_text", "email", "phone", "iban", "number", "money"])
def test_whoever_typed_too_much_gets_all_of_it_back_to_shorten_it(kind):
    typed = "Wort " * 9_999 + "Ende."
    bound = post(one_page({"key": "f", "type": kind, "label": "Feld"}), {"f": typed})
    assert len(bound.errors) == 1
    assert bound.fields[0].raw == typed


@pytest.mark.parametrize("part", ["day", "month", "year"])
def test_whoever_typed_too_much_into_a_date_gets_it_back(part):
    typed = {**parts("1", "1", "2027"), f"f.{part}": "12" + " " * 30_000 + "Wort " * 4_000 + "Ende"}
    bound = post(one_page({"key": "f", "type": "date", "label": "Feld"}), typed)
    assert [problem.anchor for problem in bound.errors] == [f"f-{part}"]
    assert bound.fields[0].raw[part] == typed[f"f.{part}"]


@pytest.mark.parametrize("kind", ["text", "long_text", "email", "phone", "iban"])
def test_nothing_behind_many_blanks_is_dropped_without_a_word(kind):
    good = {"email": "a@b.de", "phone": "04944 305", "iban": "DE89 3704 0044 0532 0130 00"}
    typed = good.get(kind, "Anfang") + " " * 30_000 + "Ende"
    value, error = send(kind, typed)
    assert value is None
    assert error


@pytest.mark.parametrize("kind", ["text", "long_text", "email", "phone", "iban", "number", "money"])
def test_a_full_request_of_accents_is_refused_without_delay(kind, settings):
    """Sorting the accents of one letter takes time that grows with the square of their number."""
    typed = "a" + "\u0301\u0327" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2 - 1)
    began = time.process_time()
    assert send(kind, typed)[1]
    assert time.process_time() - began < 5


def test_text_rules_of_the_definition():
    assert "mindestens 3 Zeichen" in send("text", "ab", min_length=3)[1]
    plate = {"pattern": "AUR-[A-Z]{1,2} [0-9]+", "pattern_message": "Zum Beispiel AUR-AB 12."}
    assert send("text", "AUR-AB 12", **plate) == ("AUR-AB 12", "")
    assert send("text", "xAUR-AB 12", **plate)[1] == "Zum Beispiel AUR-AB 12."


@pytest.mark.parametrize(
    "typed", ["276098106123450", "276 0981 0612 3450", "276-0981-0612-3450", " 276–098106123450 "]
)
def test_what_is_typed_to_read_a_number_better_is_not_counted(typed):
    chip = {"max_length": 15, "ignore": " -–", "pattern": "[0-9]{15}", "pattern_message": "15!"}
    assert send("text", typed, **chip) == ("276098106123450", "")
    assert send("text", typed + " 1", **chip)[1] == "Kürzen Sie „Feld“ auf höchstens 15 Zeichen."
    assert send("text", typed[:-2], **chip)[1] == "15!"
    assert send("text", "- –", required=False, **chip)[0] is None


@pytest.mark.parametrize(
    ("typed", "more", "expected"),
    [
        ("12", {}, 12),
        ("1.234", {}, 1234),
        ("1 234", {}, 1234),
        ("-3", {}, -3),
        ("12,5", {"decimals": 1}, 12.5),
        ("1.234,5", {"decimals": 1}, 1234.5),
        ("12.5", {"decimals": 1}, 12.5),
        ("12,0", {}, 12),
    ],
)
def test_numbers_in_german(typed, more, expected):
    assert send("number", typed, **more) == (expected, "")


@pytest.mark.parametrize(
    ("typed", "more", "words"),
    [
        ("zwölf", {}, "nur mit Ziffern"),
        ("1.23.4", {}, "nur mit Ziffern"),
        ("٣", {}, "nur mit Ziffern"),
        ("1e9", {}, "nur mit Ziffern"),
        ("NaN", {}, "nur mit Ziffern"),
        ("9" * 5000, {}, "nur mit Ziffern"),
        ("12,5", {}, "ganze Zahl"),
        ("1,234", {"decimals": 2}, "zwei Stellen|2 Stellen"),
        ("0", {"min": 1}, "mindestens 1"),
        ("7", {"max": 6, "unit": "Stück"}, "höchstens 6 Stück"),
    ],
)
def test_numbers_refused(typed, more, words):
    value, error = send("number", typed, **more)
    assert value is None
    assert any(word in error for word in words.split("|"))


@pytest.mark.parametrize(
    ("kind", "typed", "more"),
    [
        ("number", "-1", {"min": 0}),
        ("number", "7", {"max": 6}),
        ("number", "1,234", {"decimals": 2}),
        ("number", "1" + "0" * 15, {"decimals": 0}),
        ("money", "-5", {}),
        ("money", "7", {"max": 600}),
        ("money", "1,23456", {}),
        ("choices", ["a"], {"min": 2}),
        ("choices", ["a", "b"], {"max": 1}),
    ],
)
def test_the_list_of_errors_says_which_field_holds_a_wrong_amount(kind, typed, more):
    options = OPTIONS if kind == "choices" else {}
    assert "bei „Feld“" in send(kind, typed, **more, **options)[1]


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1.234,50", 123450),
        ("26", 2600),
        ("26,5 €", 2650),
        ("26,-", 2600),
        ("26.50", 2650),
        ("EUR 26,00", 2600),
    ],
)
def test_money(typed, cents):
    assert send("money", typed) == (cents, "")


@pytest.mark.parametrize("typed", ["-5", "1,234", "viel", "1.23,4.5", "9" * 40, "0x10"])
def test_money_refused(typed):
    value, error = send("money", typed)
    assert value is None
    assert error


def parts(day: str, month: str, year: str) -> dict[str, str]:
    return {"f.day": day, "f.month": month, "f.year": year}


@pytest.mark.parametrize(
    ("day", "month", "year", "iso"),
    [
        ("4", "3", "2027", "2027-03-04"),
        ("04", "03", "2027", "2027-03-04"),
        ("29.", "Februar", "2028", "2028-02-29"),
        ("1", "mrz", "2027", "2027-03-01"),
        ("1", "maerz", "2027", "2027-03-01"),
        ("1", "Sept.", "2027", "2027-09-01"),
    ],
)
def test_dates(day, month, year, iso):
    assert send("date", parts(day, month, year)) == (iso, "")


@pytest.mark.parametrize(
    ("day", "month", "year", "error"),
    [
        ("31", "2", "2027", "Den 31. Februar gibt es nicht. Prüfen Sie Tag und Monat."),
        ("31", "4", "2027", "Den 31. April gibt es nicht. Prüfen Sie Tag und Monat."),
        ("29", "2", "2027", "Den 29. Februar gibt es im Jahr 2027 nicht. Prüfen Sie das Datum."),
        ("4", "", "2027", "Geben Sie bei „Feld“ auch den Monat ein."),
        ("", "3", "", "Geben Sie bei „Feld“ auch den Tag und das Jahr ein."),
        ("32", "1", "2027", "Geben Sie den Tag als Zahl von 1 bis 31 ein."),
        ("0", "1", "2027", "Geben Sie den Tag als Zahl von 1 bis 31 ein."),
        ("1", "13", "2027", "Geben Sie den Monat als Zahl von 1 bis 12 ein."),
        ("1", "1", "85", "Geben Sie das Jahr mit vier Ziffern ein, zum Beispiel 1985."),
        ("1", "1", "9999", "Prüfen Sie das Jahr."),
    ],
)
def test_days_that_do_not_exist(day, month, year, error):
    bound = post(one_page({"key": "f", "type": "date", "label": "Feld"}), parts(day, month, year))
    assert [p.message for p in bound.errors] == [error]
    assert bound.fields[0].raw == {"day": day, "month": month, "year": year}, "nothing is lost"


def test_the_error_link_of_a_date_leads_to_the_wrong_part():
    bound = post(one_page({"key": "f", "type": "date", "label": "Feld"}), parts("1", "1", "85"))
    assert bound.errors[0].anchor == "f-year"


@pytest.mark.parametrize(
    ("more", "iso", "words"),
    [
        ({"not_after": "today"}, "2026-11-23", "nicht in der Zukunft"),
        ({"not_after": "today"}, "2026-11-22", ""),
        ({"not_before": "today"}, "2026-11-21", "nicht in der Vergangenheit"),
        ({"not_before": "today-28d"}, "2026-10-24", "nicht vor dem 25. Oktober 2026"),
        ({"not_after": "today+2y"}, "2028-11-23", "nicht nach dem 22. November 2028"),
        ({"not_after": "2027-01-01"}, "2027-01-01", ""),
    ],
)
def test_date_limits(more, iso, words):
    error = send("date", {"f": iso}, **more)[1]
    assert words in error if words else error == ""


@pytest.mark.parametrize(
    "typed", ["a@b", "ab.de", "a b@", "a@-x.de", "@x.de", "a@x..de", "ä" * 300, "a@" + "x" * 300]
)
def test_email_refused(typed):
    assert send("email", typed)[1]


@pytest.mark.parametrize("typed", ["a b@c.de", "a@ c.de", "a@c. de", "a@c.de b@c.de", "a\tb@c.de"])
def test_an_email_address_is_never_altered_but_refused_for_blanks_within(typed):
    bound = post(one_page({"key": "f", "type": "email", "label": "Feld"}), {"f": typed})
    assert [problem.message for problem in bound.errors] == [
        "Eine E-Mail-Adresse hat keine Leerzeichen. Prüfen Sie sie."
    ]
    assert bound.fields[0].raw == typed


def test_blanks_around_an_email_address_do_not_matter():
    assert send("email", " \ta@c.de\u00a0 ") == ("a@c.de", "")


@pytest.mark.parametrize("typed", ["a@localhost", "a@rathaus"])
def test_an_email_address_that_no_letter_reaches_is_refused(typed):
    assert "zum Beispiel name@example.org" in send("email", typed)[1]


def test_email_with_umlaut_domain():
    assert send("email", "post@bücher.example") == ("post@bücher.example", "")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("a@gmial.com", "a@gmail.com"), ("a@web.ed", "a@web.de"), ("a@t-onlin.de", "a@t-online.de")],
)
def test_a_mistyped_provider_is_a_question_not_an_error(typed, meant):
    assert send("email", typed) == (typed, "")
    assert email_hint(typed) == f"Meinten Sie {meant}?"


@pytest.mark.parametrize("typed", ["a@gmx.net", "a@mail.com", "a@stadt-wiesmoor.de", "a@gmx.ch"])
def test_no_hint_for_good_addresses(typed):
    assert email_hint(typed) == ""


@pytest.mark.parametrize("typed", ["+49 4944 305120", "(04944) 305-120", "0151/2345678"])
def test_phone(typed):
    assert send("phone", typed) == (typed, "")


@pytest.mark.parametrize("typed", ["1234", "ruf mich an", "1" * 19, "+49\u0663\u0663\u0663\u0663"])
def test_phone_refused(typed):
    assert "Telefonnummer" in send("phone", typed)[1]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("DE89 3704 0044 0532 0130 01", "Tippfehler"),
        ("DE89 3704 0044 0532 0130", "22 Zeichen"),
        ("37040044", "Geben Sie die IBAN ein"),
        ("XX89370400440532013000", "Tippfehler"),
        ("DE" + "9" * 10_000, "Geben Sie die IBAN ein"),
    ],
)
def test_iban_refused(typed, words):
    assert words in send("iban", typed)[1]


OPTIONS = {"options": [{"value": "a", "label": "Äpfel"}, {"value": "b", "label": "Birnen"}]}


@pytest.mark.parametrize("kind", ["choice", "choices", "select"])
def test_a_value_that_is_not_offered_is_refused(kind):
    value, error = send(kind, "c", **OPTIONS)
    assert value is None
    assert error


def test_a_label_that_almost_fits_is_suggested():
    assert send("select", "Östereich", source="countries")[1] == (
        "„Östereich“ steht nicht in der Liste. Meinten Sie „Österreich“?"
    )


def test_how_many_choices():
    assert "höchstens 1" in send("choices", ["a", "b"], max=1, **OPTIONS)[1]
    assert send("choices", ["b", "a", "a"], **OPTIONS)[0] == ["a", "b"]


def test_yes_no_has_no_default_and_no_third_way():
    assert "Ja oder Nein" in send("yes_no", "vielleicht")[1]
    assert "Ja oder Nein" in send("yes_no", "")[1]
    assert send("yes_no", "no") == (False, "")


def test_consent_is_given_or_missing():
    assert send("consent", "", text="Text")[1] == "Bestätigen Sie „Feld“, um fortzufahren."
    assert send("consent", "", text="Text", required=False) == (None, "")


ADDRESS = {"f.street": "Weg", "f.house_number": "1", "f.postal_code": "26639", "f.city": "Ort"}


@pytest.mark.parametrize("code", ["2663", "266399", "ABCDE", "00000", "99999", "٢٦٦٣٩"])
def test_german_postal_code(code):
    assert "fünf Ziffern" in send("address", ADDRESS | {"f.postal_code": code})[1]


def test_address_abroad_needs_neither_house_number_nor_postal_code():
    data = {"f.street": "Kerkstraat", "f.city": "Leer", "f.country": "NL"}
    value, error = send("address", data, with_country=True)
    assert error == ""
    assert value == {"street": "Kerkstraat", "city": "Leer", "country": "NL"}


def test_an_optional_address_is_empty_or_complete():
    assert send("address", {"f.country": "DE"}, required=False, with_country=True) == (None, "")
    assert send("address", {"f.city": "Wiesmoor"}, required=False)[1] == "Geben Sie die Straße ein."


def test_person_is_not_born_tomorrow():
    data: dict[str, Any] = {"f.birth_date": "2026-11-23"}
    error = send("person", data, parts=["birth_date"])[1]
    assert error == "„Geburtsdatum“ darf nicht in der Zukunft liegen."


def test_stored_answers_of_the_wrong_shape_are_problems_not_crashes():
    form = one_page(*EVERY_TYPE)
    for rubbish in (5, "x", [1], {"a": 1}, None, True, [{"id": 1}], 1e300, "2027-02-31"):
        answers = {definition["key"]: rubbish for definition in EVERY_TYPE}
        assert engine.problems(form, answers, today=TODAY)
        engine.summary(form, answers, today=TODAY)
        engine.bind(form, "seite-1", answers, today=TODAY)
