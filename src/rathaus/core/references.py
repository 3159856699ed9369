"""Numbers people can read: one series per kind and year, each number once."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction

from rathaus.core.clock import today
from rathaus.core.models import Counter


def next_number(series: str) -> int:
    """The next number of a series. Numbers of rolled back transactions may be missing."""
    while True:
        if Counter.objects.filter(series=series).update(last=models.F("last") + 1):
            # Our own update holds the row until commit, so nobody else moves it meanwhile.
            return Counter.objects.values_list("last", flat=True).get(series=series)
        try:
            with transaction.atomic():
                Counter.objects.create(series=series, last=0)
        except IntegrityError:
            continue


@transaction.atomic
def next_reference(
    series: str, *, pattern: str = "{prefix}-{year}-{number:05d}", prefix: str = "WM"
) -> str:
    """A reference such as ``WM-2026-00184``; counting begins anew each year."""
    year = today().year
    number = next_number(f"{series}:{year}")
    return pattern.format(prefix=prefix, year=year, number=number)
