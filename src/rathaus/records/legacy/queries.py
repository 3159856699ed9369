"""Reads of imports and shelves, only of the offices of the person."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from rathaus.core.clock import today
from rathaus.organisation.models import Office, StaffMember
from rathaus.organisation.permissions import grants
from rathaus.records.legacy.models import (
    ImportItem,
    ImportRun,
    ItemState,
    LegacyCase,
    Shelf,
    ShelfState,
    ShelfWork,
)
from rathaus.records.scanning.figures import last_months

FORECAST_MONTHS = 3
CHART_MONTHS = 12
FORESEEABLE = 12 * 100
"""Months: whatever takes longer than a century is not foreseeable."""


def runs_for(staff: StaffMember | None) -> QuerySet[ImportRun]:
    """Runs of the offices where `staff` may import."""
    offices = [office.pk for office in grants(staff).offices("legacy.import")]
    return ImportRun.objects.filter(office__in=offices).select_related("office", "chain")


def run_for(staff: StaffMember | None, public_id: UUID | str) -> ImportRun:
    """One run. Raises: ImportRun.DoesNotExist."""
    return runs_for(staff).get(public_id=public_id)


def shelves_for(staff: StaffMember | None, *, removed: bool | None = False) -> QuerySet[Shelf]:
    """Shelves of the offices where `staff` keeps the inventory.

    `removed`: those that left it; None: all.
    """
    offices = [office.pk for office in grants(staff).offices("legacy.shelves")]
    rows = Shelf.objects.filter(office__in=offices).select_related("office", "chain")
    return rows if removed is None else rows.filter(removed_at__isnull=not removed)


@dataclass(frozen=True)
class Findings:
    """The dry run in figures."""

    problems: list[tuple[str, int]]
    dossiers: int
    cases: int
    size: int
    over: int
    """Cases of the run whose retention is over already (known once they are filed)."""


def first_problems(run: ImportRun, most: int) -> list[ImportItem]:
    """What needs somebody comes first; what the town has already, only where there is room."""
    rows = run.items.exclude(problem="").order_by("position")
    found = list(rows.exclude(state=ItemState.DUPLICATE)[:most])
    if len(found) < most:
        found += rows.filter(state=ItemState.DUPLICATE)[: most - len(found)]
    return found


def findings(run: ImportRun) -> Findings:
    """What would be made, and what is wrong how often. Counts only this run's items."""
    items = ImportItem.objects.filter(run=run).order_by()
    bad = items.exclude(problem="").values_list("problem").annotate(n=Count("pk")).order_by("-n")
    good = items.filter(state__in=[ItemState.READY, ItemState.DONE])
    place = ("office", "plan_code", "dossier", "old_reference")
    return Findings(
        problems=list(bad),
        dossiers=good.values(*place).distinct().count(),
        cases=good.values(*place, "case").distinct().count(),
        size=good.aggregate(size=Sum("size"))["size"] or 0,
        over=LegacyCase.objects.filter(run=run, case__retention_until__lt=today()).count(),
    )


@dataclass(frozen=True)
class Progress:
    """Centimetres of an office: to do in all, done, and when it would be empty."""

    office: Office
    total: int
    done: int
    shelves: int
    pace: float
    """Centimetres per month, mean of the last full months."""
    empty_by: date | None

    @property
    def left(self) -> int:
        """Still to do."""
        return self.total - self.done

    @property
    def percent(self) -> int:
        """Done, 0 to 100."""
        return 100 * self.done // self.total if self.total else 0


def progress(shelves: QuerySet[Shelf]) -> list[Progress]:
    """Per office, most left first. Shelves that stay paper do not count (three queries)."""
    counted = shelves.exclude(state=ShelfState.KEPT).order_by()
    rows = counted.values("office").annotate(
        total=Sum("centimetres"), done=Sum("cleared"), n=Count("pk")
    )
    offices = Office.objects.in_bulk([row["office"] for row in rows])
    paces = pace(shelves)
    found = []
    for row in rows:
        speed = paces.get(row["office"], 0.0)
        found.append(
            Progress(
                office=offices[row["office"]],
                total=row["total"],
                done=row["done"],
                shelves=row["n"],
                pace=speed,
                empty_by=forecast(row["total"] - row["done"], speed),
            )
        )
    return sorted(found, key=lambda one: -one.left)


def pace(shelves: QuerySet[Shelf]) -> dict[int, float]:
    """Centimetres per month and office over the last full months."""
    first = last_months(today(), FORECAST_MONTHS + 1)[0]
    works = ShelfWork.objects.filter(
        shelf__in=shelves.order_by(), day__gte=first, day__lt=today().replace(day=1)
    )
    rows = works.order_by().values_list("shelf__office").annotate(cm=Sum("centimetres"))
    return {office: cm / FORECAST_MONTHS for office, cm in rows}


def forecast(left: int, speed: float) -> date | None:
    """First day of the month in which `left` is done at `speed` per month; None for never."""
    if left <= 0:
        return today().replace(day=1)
    if speed <= 0 or left / speed > FORESEEABLE:
        return None
    index = today().year * 12 + today().month - 1 + math.ceil(left / speed)
    return date(index // 12, index % 12 + 1, 1)


def months(shelves: QuerySet[Shelf]) -> list[tuple[date, int]]:
    """Centimetres cleared in each of the last months."""
    firsts = last_months(today(), CHART_MONTHS)
    rows = (
        ShelfWork.objects.filter(shelf__in=shelves.order_by(), day__gte=firsts[0])
        .order_by()
        .annotate(month=TruncMonth("day"))
        .values_list("month")
        .annotate(cm=Sum("centimetres"))
    )
    found = dict(rows)
    return [(first, found.get(first, 0)) for first in firsts]


def next_shelves(shelves: QuerySet[Shelf]) -> QuerySet[Shelf]:
    """What comes next: begun ones first, then by priority."""
    rows = shelves.filter(
        Q(state=ShelfState.WORKING) | Q(state=ShelfState.OPEN), cleared__lt=F("centimetres")
    )
    return rows.order_by("priority", "-cleared", "office__position", "room", "cabinet", "name")
