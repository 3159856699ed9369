"""What residents read about opening hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from rathaus.organisation import hours, queries
from rathaus.organisation.models import Closure, Office, OpeningHours, Town
from rathaus.organisation.schedule import Schedule, merge

BERLIN = ZoneInfo("Europe/Berlin")
MORNING = (time(8, 30), time(12, 30))
AFTERNOON = (time(14, 0), time(17, 30))
WEEK = Schedule({0: (MORNING,), 1: (MORNING,), 3: (MORNING, AFTERNOON), 4: ((time(8), time(12)),)})


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (at(2026, 11, 23, 9), "jetzt geöffnet bis 12:30 Uhr"),
        (at(2026, 11, 23, 8, 30), "jetzt geöffnet bis 12:30 Uhr"),
        (at(2026, 11, 23, 7), "öffnet heute um 8:30 Uhr"),
        (at(2026, 11, 23, 12, 30), "öffnet morgen um 8:30 Uhr"),  # the end is not included
        (at(2026, 11, 24, 13), "öffnet Donnerstag um 8:30 Uhr"),
        (at(2026, 11, 26, 13), "öffnet heute um 14:00 Uhr"),
        (at(2026, 11, 26, 15), "jetzt geöffnet bis 17:30 Uhr"),
        (at(2026, 11, 27, 20), "öffnet Montag um 8:30 Uhr"),
    ],
)
def test_a_week(moment: datetime, text: str) -> None:
    with translation.override("de"):
        assert hours.status_of(WEEK, moment).text == text


def test_a_holiday_names_itself_and_says_when_it_goes_on() -> None:
    status = hours.status_of(WEEK, at(2025, 10, 31, 10))  # a Friday
    assert status.text == "heute geschlossen (Reformationstag)"
    assert status.next_text == "öffnet Montag um 8:30 Uhr"
    assert not status.is_open and status.reason == "Reformationstag"


def test_a_holiday_on_a_free_weekday_is_not_worth_a_word() -> None:
    assert hours.status_of(WEEK, at(2026, 10, 31, 10)).text == "öffnet Montag um 8:30 Uhr"


def test_the_evening_before_a_holiday_looks_past_it() -> None:
    status = hours.status_of(WEEK, at(2025, 10, 30, 20))
    assert status.next_open == at(2025, 11, 3, 8, 30)
    assert status.text == "öffnet Montag um 8:30 Uhr"


def test_more_than_a_week_away_gives_the_date() -> None:
    closed = {date(2026, 12, 21) + timedelta(days=i): "Betriebsferien" for i in range(14)}
    schedule = Schedule(WEEK.week, closed)
    status = hours.status_of(schedule, at(2026, 12, 22, 9))
    assert status.text == "heute geschlossen (Betriebsferien)"
    assert status.next_text == "öffnet am 04.01.2027 um 8:30 Uhr"


def test_without_hours_only_by_appointment() -> None:
    status = hours.status_of(Schedule(), at(2026, 11, 23, 9))
    assert status.text == "Termine nach Vereinbarung"
    assert status.next_open is None


def test_closed_for_good_does_not_search_for_ever() -> None:
    closed = {date(2026, 11, 1) + timedelta(days=i): "Umbau" for i in range(200)}
    status = hours.status_of(Schedule(WEEK.week, closed), at(2026, 11, 24, 9))
    assert status.next_open is None and not status.is_open


@pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25)])
def test_days_with_a_change_of_the_clocks_keep_wall_clock_time(day: tuple[int, int, int]) -> None:
    sunday = Schedule({6: ((time(8), time(12)),)})
    opens = datetime(*day, 8, 0, tzinfo=BERLIN)
    assert hours.status_of(sunday, opens).is_open
    before = (opens.astimezone(UTC) - timedelta(minutes=1)).astimezone(BERLIN)
    assert not hours.status_of(sunday, before).is_open
    assert hours.status_of(sunday, before).next_open == opens
    assert hours.status_of(sunday, opens).until == datetime(*day, 12, 0, tzinfo=BERLIN)


def test_utc_moments_are_read_as_local_time() -> None:
    assert hours.status_of(WEEK, datetime(2026, 7, 6, 6, 45, tzinfo=UTC)).is_open  # 8:45 summer
    assert not hours.status_of(WEEK, datetime(2026, 11, 23, 6, 45, tzinfo=UTC)).is_open


SPAN = st.tuples(st.times(), st.times()).filter(lambda span: span[0] < span[1])
SCHEDULES = st.dictionaries(st.integers(0, 6), st.lists(SPAN, min_size=1, max_size=3).map(merge))
MOMENTS = st.datetimes(
    min_value=datetime(2024, 1, 1), max_value=datetime(2032, 1, 1), timezones=st.just(UTC)
)


@given(SCHEDULES, MOMENTS)
def test_what_is_promised_holds(
    week: dict[int, tuple[tuple[time, time], ...]], at_: datetime
) -> None:
    """Open until X means closed at X; opens at Y means open at Y and closed just before."""
    schedule = Schedule(week)
    status = hours.status_of(schedule, at_)
    if status.until is not None:
        assert status.until > at_.astimezone(BERLIN).replace(fold=0) or status.is_open
        assert schedule.open_until(status.until) is None
    if (
        status.next_open is not None
        and status.next_open.utcoffset() == at_.astimezone(BERLIN).utcoffset()
    ):
        assert status.next_open > at_
        assert schedule.open_until(status.next_open) is not None
    assert status.text


@given(st.lists(SPAN, max_size=6))
def test_merged_spans_are_sorted_and_apart(spans: list[tuple[time, time]]) -> None:
    merged = merge(spans)
    for before, after in pairwise(merged):
        assert before[1] < after[0]


def test_lunch_without_a_break_is_one_span() -> None:
    schedule = Schedule({0: merge([(time(12), time(16)), (time(8), time(12))])})
    assert hours.status_of(schedule, at(2026, 11, 23, 11)).text == "jetzt geöffnet bis 16:00 Uhr"


class TestOffices:
    def test_an_office_without_hours_has_those_above_it(self, town: Town) -> None:
        office = queries.office("digitalisierung")
        assert hours.status(office, at(2026, 11, 23, 9)).is_open
        assert hours.week(office)[0].text == "8:30 bis 12:30 Uhr"

    def test_a_closure_of_the_town_hall_closes_every_office(self, town: Town) -> None:
        status = hours.status(queries.office("buergerbuero"), at(2026, 12, 24, 9))
        assert status.text == "heute geschlossen (Heiligabend)"

    def test_a_closure_of_one_office_leaves_the_others(self, town: Town) -> None:
        office = Office.objects.get(key="standesamt")
        Closure.objects.create(office=office, date=date(2026, 11, 23), reason="Fortbildung")
        moment = at(2026, 11, 23, 9)
        assert "Fortbildung" in hours.status(queries.office("standesamt"), moment).text
        assert hours.status(queries.office("gewerbeamt"), moment).is_open

    def test_the_table_of_hours(self, town: Town) -> None:
        rows = hours.week(queries.office("buergerbuero"), date(2026, 11, 26))
        assert [row.label for row in rows] == [
            "Montag",
            "Dienstag",
            "Mittwoch",
            "Donnerstag",
            "Freitag",
        ]
        assert rows[3].text == "8:00 bis 12:30 Uhr und 14:00 bis 18:00 Uhr"
        assert [row.is_today for row in rows] == [False, False, False, True, False]

    def test_a_free_weekday_says_so(self, town: Town) -> None:
        assert hours.week(queries.office("archiv"))[0].text == "geschlossen"

    def test_closures_ahead(self, town: Town) -> None:
        ahead = hours.upcoming_closures(queries.office("buergerbuero"), date(2026, 12, 21))
        assert ahead == [
            (date(2026, 12, 24), "Heiligabend"),
            (date(2026, 12, 25), "Erster Weihnachtstag"),
            (date(2026, 12, 31), "Silvester"),
            (date(2027, 1, 1), "Neujahr"),
        ]

    def test_from_the_cache_without_queries(self, town: Town, django_assert_num_queries) -> None:
        office = queries.office("buergerbuero")
        with django_assert_num_queries(2):  # the revision, for the town and for its closures
            hours.status(office, at(2026, 11, 23, 9))

    def test_a_span_that_ends_before_it_begins_is_refused(self, town: Town) -> None:
        from django.db import IntegrityError

        office = Office.objects.get(key="archiv")
        with pytest.raises(IntegrityError):
            OpeningHours.objects.create(office=office, weekday=0, opens=time(12), closes=time(8))
