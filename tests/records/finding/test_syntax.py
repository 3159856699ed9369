"""What people type into the search box is understood, explained, and never lost."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus.records.finding import dates, marks, syntax
from rathaus.records.finding.wanted import Wanted

pytestmark = pytest.mark.one_database
TODAY = date(2026, 11, 27)


def fields(text: str) -> dict[str, str]:
    return {
        ("-" if one.without else "") + one.field.key: one.value
        for one in syntax.read(text).conditions
    }


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("hund steuer", "hund steuer", {}),
        ("az:33.20/2026-0007", "", {"az": "33.20/2026-0007"}),
        ("hund az:33.20 steuer", "hund steuer", {"az": "33.20"}),
        ('amt:"Amt für Ordnung" hund', "hund", {"amt": "Amt für Ordnung"}),
        ("amt:„Amt für Ordnung“", "", {"amt": "Amt für Ordnung"}),
        ("-typ:pdf hund", "hund", {"-typ": "pdf"}),
        ("AZ:1 Von:2026", "", {"az": "1", "von": "2026"}),
        ("aktenzeichen:1 ab:2026 größe:>1MB", "", {"az": "1", "von": "2026", "groesse": ">1MB"}),
        ('"brief von: müller"', '"brief von: müller"', {}),
        ("-ohne hund", "-ohne hund", {}),
        ("um 12:30 Uhr", "um 12:30 Uhr", {}),
        ("(az:7)", "(", {"az": "7)"}),
    ],
)
def test_fields_and_words_are_told_apart(text: str, words: str, found: dict[str, str]) -> None:
    assert fields(text) == found
    assert syntax.read(text).words == words


@pytest.mark.parametrize(
    ("text", "told", "kept"),
    [
        ("farbe:blau hund", "farbe:", "farbe blau hund"),
        ("von: hund", "von:", "hund"),
        ('"offene wendung', "Anführungszeichen", '"offene wendung'),
    ],
)
def test_what_is_wrong_is_explained_and_still_looked_for(text: str, told: str, kept: str) -> None:
    read = syntax.read(text)
    assert any(told in problem for problem in read.problems)
    assert read.words == kept


def test_an_address_is_no_field() -> None:
    assert syntax.read("https://example.org/a").problems == ()


@given(st.text(max_size=400))
def test_no_text_is_an_error(text: str) -> None:
    read = syntax.read(text)
    assert len(read.conditions) <= syntax.MAX_CONDITIONS
    Wanted.of({"q": text}).address()


@given(st.text(alphabet='az:von"-hund 0123./', max_size=60))
def test_a_search_without_conditions_has_none_left(text: str) -> None:
    wanted = Wanted.of({"q": text})
    for _step in range(len(wanted.conditions) + 1):
        if not wanted.conditions:
            break
        before = len(wanted.conditions)
        wanted = wanted.without(wanted.conditions[0])
        assert len(wanted.conditions) < before
    assert not wanted.conditions


@given(
    st.dictionaries(
        st.sampled_from([*syntax.BY_KEY, "q", "sort", "einzeln", "x"]),
        st.text(max_size=150),
        max_size=6,
    )
)
def test_the_address_of_a_search_is_the_search(given_values: dict[str, str]) -> None:
    wanted = Wanted.of(given_values)
    again = Wanted.from_address(wanted.address())
    assert again == wanted
    assert again.address() == wanted.address()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2.2028", "2028-02-01", "2028-02-29"),
        ("03/2026", "2026-03-01", "2026-03-31"),
        ("2026-03", "2026-03-01", "2026-03-31"),
        ("1.3.2026", "2026-03-01", "2026-03-01"),
        ("2026-03-01", "2026-03-01", "2026-03-01"),
        ("heute", "2026-11-27", "2026-11-27"),
        ("Gestern", "2026-11-26", "2026-11-26"),
        ("diese Woche", "2026-11-23", "2026-11-29"),
        ("dieser Monat", "2026-11-01", "2026-11-30"),
        ("letzter Monat", "2026-10-01", "2026-10-31"),
        ("dieses Jahr", "2026-01-01", "2026-12-31"),
        ("letztesjahr", "2025-01-01", "2025-12-31"),
    ],
)
def test_days_as_people_write_them(text: str, first: str, last: str) -> None:
    found = dates.span(text, TODAY)
    assert found is not None
    assert (found[0].isoformat(), found[1].isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "31.2.2026", "13.2026", "0000", "9999", "99", "²026", "1.1.1", "morgen abend"]
)
def test_what_is_no_day(text: str) -> None:
    assert dates.span(text, TODAY) is None


@given(st.text(max_size=30), st.dates())
def test_no_text_breaks_the_dates(text: str, today: date) -> None:
    span = dates.span(text, today)
    assert span is None or span[0] <= span[1]


@pytest.mark.parametrize("word", sorted(dates.WORDS))
@pytest.mark.parametrize("today", [date(1, 1, 1), date(2026, 1, 1), date(9999, 12, 31)])
def test_words_for_days_at_the_ends_of_time(word: str, today: date) -> None:
    dates.span(word, today)


@pytest.mark.parametrize(
    "part", ["33.20/2026-0007", "33.20", "20/2026", "2026-7", "2026-0007", "7", "0007", "33"]
)
def test_a_reference_is_found_by_each_run_of_its_parts(part: str) -> None:
    assert marks.reference(part) in marks.references("33.20/2026-0007")


@pytest.mark.parametrize("part", ["33/2026", "3", "2", "33.2", "33.20/2026-00071", "20.33"])
def test_and_by_nothing_else(part: str) -> None:
    assert marks.reference(part) not in marks.references("33.20/2026-0007")


@given(st.text(max_size=60))
def test_references_are_marks_both_databases_take(text: str) -> None:
    from rathaus.search.filters import mark

    for one in marks.references(text):
        mark(marks.REFERENCE, one)


@pytest.mark.parametrize(
    ("content_type", "name", "expected"),
    [
        ("application/pdf", "a.pdf", "pdf"),
        ("image/png; x=1", "a", "image"),
        ("message/rfc822", "a.eml", "mail"),
        ("text/csv", "a.csv", "sheet"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "a", "sheet"),
        ("text/plain", "a.txt", "office"),
        ("application/octet-stream", "Brief.DOCX", "office"),
        ("application/octet-stream", "x", "other"),
    ],
)
def test_kinds_of_files(content_type: str, name: str, expected: str) -> None:
    assert marks.file_class(content_type, name) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [(0, "s"), (99_999, "s"), (100_000, "m"), (1_000_000, "l"), (10_000_000, "x"), (1 << 40, "x")],
)
def test_classes_of_sizes(size: int, expected: str) -> None:
    assert marks.size_class(size) == expected
