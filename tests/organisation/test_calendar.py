"""Working days in Niedersachsen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus.organisation import calendar

pytestmark = pytest.mark.one_database

DAYS = st.dates(min_value=date(2019, 1, 1), max_value=date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 10, 31), "Reformationstag"),
        (date(2026, 4, 3), "Karfreitag"),
        (date(2026, 5, 14), "Christi Himmelfahrt"),
        (date(2026, 10, 3), "Tag der Deutschen Einheit"),
        (date(2026, 11, 1), ""),  # Allerheiligen is none in Niedersachsen
        (date(2017, 10, 31), "Reformationstag"),
        (date(2016, 10, 31), ""),  # a holiday only since 2018, and once in 2017
    ],
)
def test_public_holidays_of_niedersachsen(day: date, name: str) -> None:
    assert calendar.holiday_name(day) == name


def test_other_laender_have_other_holidays() -> None:
    assert calendar.holiday_name(date(2026, 11, 1), state="NW") == "Allerheiligen"


def test_saturday_is_no_working_day_and_christmas_eve_is_one() -> None:
    assert not calendar.is_working_day(date(2026, 11, 21))
    assert calendar.is_working_day(date(2026, 12, 24))
    assert not calendar.is_working_day(date(2026, 12, 25))


def test_receipt_within_three_working_days_over_easter() -> None:
    """§ 15 GewO with Easter in between: Thursday 2 April, due Thursday 9 April 2026."""
    assert calendar.add_working_days(date(2026, 4, 2), 3) == date(2026, 4, 9)


def test_a_period_never_ends_on_a_free_day() -> None:
    assert calendar.next_working_day(date(2026, 12, 25)) == date(2026, 12, 28)
    assert calendar.next_working_day(date(2026, 11, 23)) == date(2026, 11, 23)


@given(DAYS, st.integers(min_value=0, max_value=400))
def test_adding_and_counting_belong_together(day: date, count: int) -> None:
    end = calendar.add_working_days(day, count)
    assert calendar.working_days_between(day, end) == count
    assert count == 0 or calendar.is_working_day(end)


@given(DAYS, st.integers(min_value=1, max_value=200))
def test_going_back_undoes_going_forward_from_a_working_day(day: date, count: int) -> None:
    start = calendar.next_working_day(day)
    assert calendar.add_working_days(calendar.add_working_days(start, count), -count) == start


@given(DAYS, st.integers(min_value=-500, max_value=500))
def test_counting_equals_looking_at_every_day(day: date, offset: int) -> None:
    end = day + timedelta(days=offset)
    first, last = min(day, end), max(day, end)
    counted = sum(
        calendar.is_working_day(first + timedelta(days=i))
        for i in range(1, (last - first).days + 1)
    )
    assert calendar.working_days_between(day, end) == (counted if offset >= 0 else -counted)


@given(DAYS, DAYS, DAYS)
def test_counting_adds_up(a: date, b: date, c: date) -> None:
    a, b, c = sorted((a, b, c))
    between = calendar.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)
