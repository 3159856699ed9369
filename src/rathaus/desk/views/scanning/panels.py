"""What scanning adds to the page of a case: its batches, its origin, the way to the scan place."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from rathaus.desk import panels
from rathaus.desk.access import Desk
from rathaus.desk.views.scanning import common
from rathaus.records.legacy.models import LegacyCase
from rathaus.records.models import Case
from rathaus.records.scanning import queries

SHOWN = 5


def case_panel(request: HttpRequest, case: Case) -> dict[str, Any] | None:
    """Scan batches of the case and where a case of old comes from (two queries)."""
    desk: Desk = request.desk  # type: ignore[attr-defined]
    batches = list(queries.batches_for(desk.staff).filter(case=case)[:SHOWN])
    origin = LegacyCase.objects.filter(case=case).select_related("run").first()
    if not batches and origin is None:
        return None
    return {"rows": common.listed(batches), "origin": origin}


def case_actions(request: HttpRequest, case: Case) -> dict[str, Any] | None:
    """The link that begins a batch for this case."""
    desk: Desk = request.desk  # type: ignore[attr-defined]
    if case.state != "open" or not desk.can("scan.work", case.office):
        return None
    return {}


def register() -> None:
    """Called where the addresses of the scan place are read."""
    panels.register("case", "desk/scanning/case_panel.html", case_panel, order=60)
    panels.register("case_order", "desk/scanning/case_order.html", case_actions, order=60)
