"""What disposal adds to the pages of cases and dossiers: holds, requests, where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from rathaus.desk import panels
from rathaus.records.disposal import erasure, queries
from rathaus.records.disposal.models import ErasureRequest, Takeover
from rathaus.records.models import Case, Dossier


def on_case(request: HttpRequest, case: Case) -> Mapping[str, Any] | None:
    """The box at the side of a case."""
    asked = ErasureRequest.objects.filter(case=case, state="restricted").first()
    context = {
        "holds": queries.holds_on(case),
        "asked": asked,
        "rule": erasure.rule_for(case) if asked else None,
        "disposal_item": queries.item_of(case),
        "taken_over": Takeover.objects.filter(case=case).first(),
    }
    return context if any(context.values()) else None


def on_dossier(request: HttpRequest, dossier: Dossier) -> Mapping[str, Any] | None:
    """The box at the side of a dossier."""
    context = {
        "holds": queries.holds_on_dossier(dossier),
        "taken_over": Takeover.objects.filter(dossier=dossier).first(),
    }
    return context if any(context.values()) else None


def case_links(request: HttpRequest, case: Case) -> Mapping[str, Any] | None:
    """What can be done with a case."""
    desk = getattr(request, "desk", None)
    return {} if desk is not None and desk.can("records.file", case.office) else None


def dossier_links(request: HttpRequest, dossier: Dossier) -> Mapping[str, Any] | None:
    """What can be done with a dossier."""
    desk = getattr(request, "desk", None)
    return {} if desk is not None and desk.can("records.file", dossier.office) else None


def handover_links(request: HttpRequest, dossier: Dossier) -> Mapping[str, Any] | None:
    """Handing a dossier over to somebody else, for those who may."""
    may = dossier_links(request, dossier) is not None
    return {} if may and request.desk.can("records.dispose") else None  # type: ignore[attr-defined]


def register() -> None:
    """Put the panels into their places."""
    panels.register("case", "desk/disposal/case_panel.html", on_case, order=10)
    panels.register("dossier", "desk/disposal/case_panel.html", on_dossier, order=10)
    panels.register("case_guard", "desk/disposal/case_guard.html", case_links, order=80)
    panels.register("dossier_guard", "desk/disposal/dossier_guard.html", dossier_links, order=80)
    panels.register("dossier_out", "desk/disposal/dossier_out.html", handover_links, order=90)
