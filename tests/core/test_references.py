"""Numbers: each once, none missing, and on PostgreSQL nobody waits for another's commit."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from rathaus.core import references
from rathaus.core.models import Counter, FreeNumber

pytestmark = pytest.mark.django_db(transaction=True)
SERIES = "case:33.20:2026"


def take() -> int:
    with transaction.atomic():
        return references.take_number(SERIES)


def accounted() -> list[int]:
    return sorted({*given, *references.free_numbers(SERIES)})


given: list[int] = []


@pytest.fixture(autouse=True)
def fresh() -> None:
    given.clear()


def test_one_after_the_other_they_are_in_order() -> None:
    assert [take() for _ in range(40)] == list(range(1, 41))


def test_each_series_counts_for_itself() -> None:
    assert [take(), take(), references.next_number("claim:2026")] == [1, 2, 1]


def test_what_is_rolled_back_is_given_again() -> None:
    class Unlucky(Exception):
        pass

    assert take() == 1
    with pytest.raises(Unlucky), transaction.atomic():
        assert references.take_number(SERIES) == 2
        raise Unlucky
    assert take() == 2


def test_a_town_that_counted_before_goes_on() -> None:
    Counter.objects.create(series=SERIES, last=183)
    assert [take(), take()] == [184, 185]


def test_both_ways_of_one_series_never_give_the_same() -> None:
    numbers = [take(), references.next_number(SERIES), take(), references.next_number(SERIES)]
    assert len(set(numbers)) == 4


def test_many_at_once_each_get_their_own_and_none_is_missing() -> None:
    def work() -> None:
        try:
            for _ in range(15):
                given.append(take())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == len(set(given)) == 90
    last = Counter.objects.get(series=SERIES).last
    assert accounted() == list(range(1, last + 1))


def test_nobody_waits_for_a_transaction_that_takes_long() -> None:
    if connection.vendor == "sqlite":
        return  # it has one writer at a time, whatever we do
    take()
    others: list[int] = []

    def other() -> None:
        try:
            others.append(take())
        finally:
            connection.close()

    with transaction.atomic():
        mine = references.take_number(SERIES)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(20)
        assert others, "the other one waited"
    assert mine not in others
    assert FreeNumber.objects.filter(number__in=[mine, *others]).count() == 0
