"""German folding, stems and compounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus.search import language, suggestion


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("straße", "strasse"),
        ("Straßen", "STRASSE"),
        ("Müller", "mueller"),
        ("Müller", "muller"),
        ("Häuser", "Haeuser"),
        ("Häuser", "Haus"),
        ("Anmeldung", "anmelden"),
        ("Bescheinigungen", "Bescheinigung"),
        ("Hunde", "Hund"),
        ("Abschlüsse", "Abschluss"),
        ("Führungszeugnis", "Fuehrungszeugnisse"),
        ("Café", "cafe"),
    ],
)
def test_spellings_and_inflections_of_a_word_are_one(left: str, right: str) -> None:
    assert language.stem(left) == language.stem(right)


@pytest.mark.parametrize(
    ("left", "right"), [("Hund", "Hand"), ("Steuer", "Feuer"), ("Wahl", "Wald"), ("neu", "nu")]
)
def test_different_words_stay_different(left: str, right: str) -> None:
    assert not set(language.terms(left)) & set(language.terms(right))


@pytest.mark.parametrize(
    ("compound", "part"),
    [
        ("Hundesteuer", "hund"),
        ("Hundesteuer", "Steuern"),
        ("Gewerbeanmeldung", "gewerbe"),
        ("Gewerbeanmeldung", "anmeldung"),
        ("Gewerbeanmeldungen", "anmelden"),
        ("Melderegisterauskunft", "auskunft"),
        ("Melderegisterauskunft", "register"),
        ("Geburtsurkunden", "Urkunde"),
        ("Straßenverkehrsamt", "verkehr"),
        ("Kirchturm", "Kirche"),
        ("Müllerstraße", "strasse"),
        ("Abwasserbeseitigungsgebührenbescheid", "gebühr"),
    ],
)
def test_a_compound_is_found_by_its_parts(compound: str, part: str) -> None:
    assert language.stem(part) in language.terms(compound)


@pytest.mark.parametrize("word", ["hundert", "Bescheinigung", "Vertrag", "Änderung", "12345678"])
def test_a_simple_word_is_not_torn_apart(word: str) -> None:
    assert language.parts(word) == ()


def test_tokens_leave_out_stop_words() -> None:
    assert language.tokens("Die Straßen und die Bescheide") == ["strass", "bescheid"]


@given(st.text(max_size=200))
def test_any_text_gives_terms_both_databases_can_store(text: str) -> None:
    for word in language.raw_words(text):
        for term in language.terms(word):
            assert 0 < len(term) <= language.MAX_WORD
            assert "".join(language.raw_words(term)) == term
            assert "'" not in term and '"' not in term and " " not in term


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüß", min_size=1, max_size=60))
def test_folding_twice_changes_nothing_but_umlauts_written_out(word: str) -> None:
    once = language.fold(word)
    assert len(once) <= language.MAX_WORD
    assert language.fold(word.upper().replace("SS", "ss")) == once


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Gewrbe", "Gewerbe"),
        ("gewebre", "Gewerbe"),
        ("Ausweiss", "Ausweis"),
        ("Urkudne", "Urkunde"),
        ("bescheid", None),
        ("Bescheide", None),
        ("qqqqqqqq", None),
        ("abc", None),
        ("12345", None),
    ],
)
def test_typing_errors(typed: str, meant: str | None) -> None:
    vocabulary = ["Gewerbe", "Ausweis", "Urkunde", "Bescheid", "Gebühr"]
    assert language.suggest(typed, vocabulary) == meant


def test_a_question_is_corrected_word_by_word() -> None:
    assert suggestion.correct("Gewrbe anmelden") == "gewerbe anmelden"
    assert suggestion.correct("Gewerbe anmelden") is None


@given(st.text(max_size=12), st.text(max_size=12))
def test_distance_is_symmetric_and_bounded(left: str, right: str) -> None:
    there, back = suggestion.distance(left, right, 3), suggestion.distance(right, left, 3)
    assert min(there, 4) == min(back, 4)
    assert (there == 0) == (left == right)


def test_a_swap_of_neighbours_is_one_error() -> None:
    assert suggestion.distance("gewebre", "gewerbe", 3) == 1


def test_the_shipped_words_are_clean() -> None:
    shipped = language.shipped_words()
    assert len(shipped) > 800
    assert all(word.isalpha() and word == word.lower() for word in shipped)
