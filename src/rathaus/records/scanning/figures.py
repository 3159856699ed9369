"""Figures per month for the scan place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from rathaus.core.clock import BERLIN, today
from rathaus.records.scanning.models import BatchQuerySet

MONTHS = 12


@dataclass(frozen=True)
class Month:
    """What was transferred in a month."""

    first: date
    batches: int
    pages: int
    sheets: int


def months(batches: BatchQuerySet, count: int = MONTHS) -> list[Month]:
    """The last `count` months, oldest first, empty ones included (one query)."""
    firsts = last_months(today(), count)
    rows = (
        batches.filter(transferred_at__date__gte=firsts[0])
        .order_by()
        .annotate(month=TruncMonth("transferred_at", tzinfo=BERLIN))
        .values("month")
        .annotate(n=Count("pk"), pages_sum=Sum("pages"), sheets_sum=Sum("sheets"))
    )
    found = {row["month"].date().replace(day=1): row for row in rows}
    return [
        Month(
            first,
            found[first]["n"] if first in found else 0,
            found[first]["pages_sum"] or 0 if first in found else 0,
            found[first]["sheets_sum"] or 0 if first in found else 0,
        )
        for first in firsts
    ]


def last_months(day: date, count: int) -> list[date]:
    """First days of the `count` months up to that of `day`, oldest first."""
    index = day.year * 12 + day.month - 1
    return [date(i // 12, i % 12 + 1, 1) for i in range(index - count + 1, index + 1)]
