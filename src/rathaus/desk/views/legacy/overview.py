"""The cabinets empty themselves: progress, forecast, what is next."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from rathaus.desk.access import DeskRequest
from rathaus.desk.views.legacy import common
from rathaus.desk.views.scanning import chart
from rathaus.records.legacy import queries

NEXT = 8
RUNS = 5


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Metres done and to do per office, with a picture and the table behind it."""
    shelves = queries.shelves_for(request.desk.staff)
    progress = queries.progress(shelves)
    months = queries.months(shelves)
    longest = max((one.total for one in progress), default=1)
    total, done = sum(p.total for p in progress), sum(p.done for p in progress)
    pace = sum(one.pace for one in progress)
    context = {
        **common.NAV,
        "rows": [_row(one, longest) for one in progress],
        "total": common.metres(total),
        "done": common.metres(done),
        "left": common.rest(total, done),
        "pace": common.metres(pace),
        "empty_by": queries.forecast(total - done, pace),
        "months": [(first, common.metres(cm)) for first, cm in months],
        "chart": chart.columns(
            [(date_format(f, "M"), cm, common.metres(cm) if cm else "") for f, cm in months]
        ),
        "next": [
            {"shelf": shelf, "left": common.left_on(shelf)}
            for shelf in queries.next_shelves(shelves)[:NEXT]
        ],
        "runs": [
            {"run": run, "tone": common.TONES[run.state]}  # type: ignore[index]
            for run in queries.runs_for(request.desk.staff)[:RUNS]
        ],
        "can_import": request.desk.can("legacy.import"),
        "has_shelves": bool(progress),
    }
    return render(request, "desk/legacy/index.html", context)


def _row(one: queries.Progress, longest: int) -> dict[str, Any]:
    wide = 100 * one.total / longest if longest else 0
    return {
        "office": one.office,
        "total": common.metres(one.total),
        "done": common.metres(one.done),
        "left": common.rest(one.total, one.done),
        "pace": common.metres(one.pace),
        "percent": one.percent,
        "shelves": one.shelves,
        "empty_by": one.empty_by,
        "all_width": round(wide, 1),
        "done_width": round(wide * one.done / one.total, 1) if one.total else 0,
    }
