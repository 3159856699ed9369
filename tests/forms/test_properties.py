"""Properties that hold for whatever is typed or posted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from rathaus.forms import engine
from rathaus.forms.kinds.numbers import german, parse_decimal
from rathaus.forms.text import lines, one_line
from tests.forms.support import EVERY_TYPE, GOOD_POST, TODAY, field, one_page, post

FORM = one_page(*EVERY_TYPE)
SCHEMA = engine.schema(FORM)
ANYTHING = st.text(st.characters(), max_size=60) | st.sampled_from(
    [
        "31",
        "2",
        "2027",
        "-1",
        "1.234,50",
        "yes",
        "DE",
        "\x00",
        "\ud800",
        "9" * 400,
        "a@b.de",
        "owners",
    ]
)
NAMES = st.sampled_from(
    [*GOOD_POST, "_add", "_remove", "_delete_file", "_hidden", "owners.count", "owners.2.share",
     "person", "home", "owners", "owners..x", "start", "person.birth_date", "owners.0"]
) | st.text(max_size=20)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(NAMES, ANYTHING | st.lists(ANYTHING, max_size=3), max_size=25))
def test_whatever_is_posted_the_page_can_be_shown_and_cleaned_answers_fit_the_schema(data):
    bound = post(FORM, data)
    html = render_to_string("forms/step_fields.html", {"bound": bound})
    html.encode()
    partial = {**SCHEMA, "required": []}
    OAS31Validator(partial).validate(bound.cleaned)
    engine.summary(FORM, bound.cleaned, today=TODAY)
    again = engine.bind(FORM, "seite-1", bound.cleaned, today=TODAY)
    assert {f.key for f in again.fields if f.value is not None} >= bound.cleaned.keys()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(list(GOOD_POST)), ANYTHING, max_size=6))
def test_valid_means_no_problems_when_read_back(changes):
    bound = post(FORM, GOOD_POST | changes)
    if bound.is_valid():
        OAS31Validator(SCHEMA).validate(bound.cleaned)
        assert engine.problems(FORM, bound.cleaned, today=TODAY) == []
        assert engine.prune(FORM, bound.cleaned, today=TODAY) == bound.cleaned


@given(st.dates(date(1800, 1, 1), date(2200, 12, 31)))
def test_every_day_is_read_as_typed(day):
    form = one_page(field("date"))
    data = {"f.day": str(day.day), "f.month": f"{day.month:02d}", "f.year": str(day.year)}
    assert post(form, data).cleaned == {"f": day.isoformat()}


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(1990, 2030))
def test_a_day_is_stored_exactly_when_the_calendar_has_it(day, month, year):
    data = {"f.day": str(day), "f.month": str(month), "f.year": str(year)}
    try:
        expected = {"f": date(year, month, day).isoformat()}
    except ValueError:
        expected = {}
    assert post(one_page(field("date")), data).cleaned == expected


@given(st.decimals(-(10**9), 10**9, places=2))
def test_german_numbers_come_back(number):
    assert parse_decimal(german(number, 2)) == number
    assert parse_decimal(german(number, 2).replace(".", "")) == number


@given(st.integers(0, 10**11 - 1))
def test_money_comes_back_to_the_cent(cents):
    form = one_page(field("money"))
    typed = german(Decimal(cents) / 100, 2)
    bound = post(form, {"f": typed})
    assert bound.cleaned == {"f": cents}
    assert engine.bind(form, "seite-1", bound.cleaned).fields[0].raw == typed


@given(st.text(st.characters(), max_size=300))
def test_cleaning_text_is_final_and_can_be_stored(text):
    for clean in (one_line, lines):
        once = clean(text)
        assert clean(once) == once
        assert "\x00" not in once
        once.encode()
