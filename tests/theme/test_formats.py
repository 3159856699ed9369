"""Dates, amounts and numbers as people in Germany read them."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from rathaus.core.money import Money
from rathaus.theme import formats

MARCH = datetime(2027, 3, 9, 9, 42, tzinfo=UTC)


def test_dates_read_in_german_and_in_the_towns_time_zone() -> None:
    assert formats.day(MARCH) == "9. März 2027"
    assert formats.weekday(MARCH) == "Di, 9. März"
    assert formats.weekday_long(date(2027, 3, 9)) == "Dienstag, 9. März"
    assert formats.clock_time(MARCH) == "10:42 Uhr"
    assert formats.moment(MARCH) == "9. März 2027, 10:42 Uhr"
    assert formats.moment(date(2027, 3, 9)) == "9. März 2027"


def test_dates_read_in_english_for_those_who_chose_it() -> None:
    with translation.override("en"):
        assert formats.weekday_long(MARCH) == "Tuesday, 9 March"
        assert formats.numeric_day(MARCH) == "09.03.2027"


def test_a_moment_before_midnight_utc_belongs_to_the_next_local_day() -> None:
    assert formats.day(datetime(2027, 6, 30, 22, 30, tzinfo=UTC)) == "1. Juli 2027"


@pytest.mark.parametrize("rubbish", [None, "", "gestern", "2027-02-31"])
def test_what_is_no_date_is_empty(rubbish: str | None) -> None:
    assert formats.day(rubbish) == ""
    assert formats.moment(rubbish) == ""


def test_iso_text_of_an_answer_is_read() -> None:
    assert formats.day("1988-03-04") == "4. März 1988"


def test_amounts() -> None:
    assert formats.money(2600).replace("\xa0", " ") == "26,00 €"
    assert formats.money(Money(5)).replace("\xa0", " ") == "0,05 €"
    assert formats.money(None) == ""


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 Byte"),
        (999, "999 Byte"),
        (84_200, "84 KB"),
        (999_400, "999 KB"),
        (1_240_000, "1,2 MB"),
    ],
)
def test_file_sizes(size: int, text: str) -> None:
    assert formats.file_size(size).replace("\xa0", " ") == text


@pytest.mark.parametrize(
    ("number", "href"),
    [
        ("04944 305-0", "tel:+4949443050"),
        ("+49 (0) 4944 305 12", "tel:+49494430512"),
        ("0049 4944 3050", "tel:+4949443050"),
        ("115", "tel:115"),
    ],
)
def test_telephone_numbers_can_be_dialled(number: str, href: str) -> None:
    assert formats.tel_href(number) == href


def test_initials() -> None:
    assert formats.initials("Meike Janssen") == "MJ"
    assert formats.initials("Anna-Lena von der Heide") == "AH"
    assert formats.initials("") == ""
