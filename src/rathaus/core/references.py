"""Numbers people can read: one series per kind and year, each number once."""

from __future__ import annotations

from django.db import IntegrityError, connection, transaction

from rathaus.core.clock import today
from rathaus.core.models import Counter


def next_number(series: str) -> int:
    """The next number of a series. Numbers of rolled back transactions may be missing."""
    while True:
        number = _count_up(series)
        if number is not None:
            return number
        try:
            with transaction.atomic():
                Counter.objects.create(series=series, last=0)
        except IntegrityError:
            continue


def _count_up(series: str) -> int | None:
    """Plain SQL, because both databases can count and tell in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_counter SET last = last + 1 WHERE series = %s RETURNING last", [series]
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def next_reference(
    series: str, *, pattern: str = "{prefix}-{year}-{number:05d}", prefix: str = "WM"
) -> str:
    """A reference such as ``WM-2026-00184``; counting begins anew each year."""
    year = today().year
    number = next_number(f"{series}:{year}")
    return pattern.format(prefix=prefix, year=year, number=number)
