"""Leistungen: what can be done online, how mature it is, and what to do next."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rathaus.catalogue import gate, maturity, queries
from rathaus.catalogue.models import ServiceVersion
from rathaus.desk.access import DeskRequest


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """All services with their level, lowest first on demand, and how many stand where."""
    rows = [
        {"service": row, "report": maturity.assess(row), "office": queries.office_of(row)}
        for row in queries.definitions()
    ]
    levels = maturity.load().levels
    counts = [
        {
            "level": level.level,
            "label": _("%(level)s – %(name)s") % {"level": level.level, "name": level.name},
            "value": sum(1 for row in rows if row["report"].level == level.level),
        }
        for level in reversed(levels)
    ]
    conform = sum(1 for row in rows if row["report"].conform)
    rows.sort(key=lambda row: (row["report"].level, row["service"].title))
    context = {
        "nav_current": "services",
        "rows": rows,
        "counts": counts,
        "conform": conform,
        "total": len(rows),
        "average": sum(row["report"].level for row in rows) / len(rows) if rows else 0,
    }
    return render(request, "desk/services.html", context)


@require_safe
def show(request: DeskRequest, slug: str) -> HttpResponse:
    """One service: each criterion with reason and next step, versions, findings."""
    try:
        version = queries.current(slug)
    except ServiceVersion.DoesNotExist:
        raise Http404 from None
    definition = version.parsed
    context = {
        "nav_current": "services",
        "service": definition,
        "version": version,
        "office": queries.office_of(definition),
        "report": maturity.assess(definition),
        "versions": queries.versions_of(version.service),
        "findings": gate.check(definition),
    }
    return render(request, "desk/service.html", context)
