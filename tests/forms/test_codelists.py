"""Code lists: complete, unambiguous, found the way people type."""

from __future__ import annotations

import pytest

from rathaus.forms.codelists import NAMES, code_list, fold, sort_key

# Codes of CLDR that are no territory of ISO 3166-1 (regions, unions, test locales).
NOT_ISO = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}


def test_countries_are_those_of_iso_3166():
    babel = pytest.importorskip("babel")
    territories = babel.Locale("de").territories
    iso = {code for code in territories if len(code) == 2} - NOT_ISO
    assert set(code_list("countries").labels) == iso


@pytest.mark.parametrize("name", sorted(NAMES))
def test_no_two_entries_read_the_same(name):
    labels = [fold(label) for label in code_list(name).labels.values()]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("name", ["countries", "nationalities"])
def test_sorted_the_german_way(name):
    labels = list(code_list(name).labels.items())
    states = [label for code, label in labels if not code.startswith("XX")]
    assert states == sorted(states, key=sort_key)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("DE", "DE"), ("deutschland", "DE"), ("oesterreich", "AT"), ("Türkei", "TR"), ("turkei", "TR"),
     ("cote d’ivoire (elfenbeinkuste)", "CI"), ("", None), ("x" * 10_000, None)],
)  # fmt: skip
def test_matching(typed, code):
    assert code_list("countries").match(typed) == code


def test_one_option_is_selected_even_where_it_is_listed_twice():
    html = code_list("countries").options_html("DE")
    assert html.count(" selected") == 1
    assert code_list("countries").options_html('"><script>').count("<script") == 0
