"""Jobs make way for pages at a peak, and not for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus.core.right_of_way import HOLD_SECONDS, LONGEST_SECONDS, RightOfWay


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def way(clock: Clock) -> RightOfWay:
    return RightOfWay(clock)


def test_jobs_run_until_pages_are_behind_and_soon_afterwards(clock: Clock, way: RightOfWay) -> None:
    assert not way.is_for_pages()
    way.give()
    assert way.is_for_pages()
    clock.pass_by(1.01 * HOLD_SECONDS)
    assert not way.is_for_pages()


def _behind(clock: Clock, way: RightOfWay, seconds: float) -> float:
    """Pages are behind all the time; how long jobs made way."""
    held, pause = 0.0, HOLD_SECONDS / 3
    for _ in range(round(seconds / pause)):
        way.give()
        held += pause if way.is_for_pages() else 0.0
        clock.pass_by(pause)
    return held


def test_a_job_waits_for_a_minutes_peak_and_no_longer(clock: Clock, way: RightOfWay) -> None:
    held = _behind(clock, way, 5 * LONGEST_SECONDS)
    assert LONGEST_SECONDS - 1 < held <= LONGEST_SECONDS + 1


def test_when_all_jobs_are_done_the_next_peak_is_for_the_pages_again(
    clock: Clock, way: RightOfWay
) -> None:
    _behind(clock, way, 2 * LONGEST_SECONDS)
    way.begin_anew()
    way.give()
    assert way.is_for_pages()


@given(st.lists(st.floats(0, 10), max_size=200))
def test_however_the_pages_fare_jobs_never_wait_longer_in_all(pauses: list[float]) -> None:
    clock = Clock()
    way = RightOfWay(clock)
    held = 0.0
    for pause in pauses:
        way.give()
        if way.is_for_pages():
            held += min(pause, HOLD_SECONDS)
        clock.pass_by(pause)
    assert held <= LONGEST_SECONDS + HOLD_SECONDS
