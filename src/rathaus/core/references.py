"""Numbers people can read: one series per kind and year, each number once, without gaps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.db import IntegrityError, connection, transaction

from rathaus.core.clock import today
from rathaus.core.durability import soft_atomic
from rathaus.core.models import Counter, FreeNumber

AT_HAND = 16
FEW = 8
"""So many free numbers a series of `take_number` has, and with so few it gets new ones. More
than transactions that run at a time, or some of them wait for each other after all."""


def next_number(series: str) -> int:
    """The next number of a series. Whoever wants one waits for the transaction that had the
    one before, so that none is missing if that is rolled back."""
    while True:
        number = _count_up(series)
        if number is not None:
            return number
        _begin(series)


def take_number(series: str) -> int:
    """A number of a series without waiting for others, and still none is missing at last.

    On PostgreSQL some numbers lie ready: a transaction takes the smallest one that no other has
    in its hands, and if it is rolled back the number lies there again. At the same moment they
    may be given in another order than asked for. SQLite has one writer at a time anyway.
    """
    if not connection.features.has_select_for_update_skip_locked:
        return next_number(series)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM core_freenumber WHERE id = (SELECT id FROM core_freenumber "
            "WHERE series = %s ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED) "
            "RETURNING number, (SELECT count(*) FROM core_freenumber WHERE series = %s)",
            [series, series],
        )
        row = cursor.fetchone()
    number = next_number(series) if row is None else int(row[0])
    few = number % FEW == 1 if row is None else row[1] <= FEW
    if few:  # not for each of the thousands that one transaction may want
        transaction.on_commit(partial(_lay_ready, series), robust=True)
    return number


def free_numbers(series: str) -> set[int]:
    """Numbers that lie ready for `take_number`."""
    return set(FreeNumber.objects.filter(series=series).values_list("number", flat=True))


def _count_up(series: str) -> int | None:
    """Plain SQL, because both databases can count and tell in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_counter SET last = last + 1 WHERE series = %s RETURNING last", [series]
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _begin(series: str) -> None:
    try:
        with transaction.atomic():
            Counter.objects.create(series=series, last=0)
    except IntegrityError:
        pass  # another one was faster


def _lay_ready(series: str) -> None:
    """Fill up what lies ready; the lock of the counter makes one after the other do it."""
    with soft_atomic():
        counter = Counter.objects.select_for_update().filter(series=series).first()
        if counter is None:
            return
        ready = FreeNumber.objects.filter(series=series).count()
        wanted = range(counter.last + 1, counter.last + 1 + AT_HAND - ready)
        if not wanted:
            return
        FreeNumber.objects.bulk_create(FreeNumber(series=series, number=n) for n in wanted)
        counter.last = wanted[-1]
        counter.save(update_fields=["last"])


def next_reference(
    series: str,
    *,
    pattern: str = "{prefix}-{year}-{number:05d}",
    prefix: str = "WM",
    draw: Callable[[str], int] = next_number,
) -> str:
    """A reference such as ``WM-2026-00184``; counting begins anew each year.

    `draw`: where the number comes from, this or `take_number`.
    """
    year = today().year
    number = draw(f"{series}:{year}")
    return pattern.format(prefix=prefix, year=year, number=number)
