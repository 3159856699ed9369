"""Leistungen: what can be done online, how mature it is, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rathaus.catalogue import gate, maturity, queries
from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.facts import of_this_town
from rathaus.catalogue.models import ServiceVersion
from rathaus.desk.access import DeskRequest
from rathaus.organisation.models import Office


@dataclass(frozen=True)
class Row:
    """A service in the list."""

    service: ServiceDefinition
    report: maturity.MaturityReport
    office: Office | None


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """All services with their level, lowest first, and how many stand where."""
    town = of_this_town()
    rows = [
        Row(
            definition,
            maturity.assess(definition, capabilities=town),
            queries.office_of(definition),
        )
        for definition in queries.definitions()
    ]
    counts = [
        {
            "label": _("%(level)s – %(name)s") % {"level": level.level, "name": level.name},
            "value": len([row for row in rows if row.report.level == level.level]),
        }
        for level in reversed(maturity.load().levels)
    ]
    context = {
        "nav_current": "services",
        "rows": sorted(rows, key=lambda row: (row.report.level, row.service.title)),
        "counts": counts,
        "conform": len([row for row in rows if row.report.conform]),
        "total": len(rows),
        "average": fmean([row.report.level for row in rows]) if rows else 0,
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
        "report": maturity.assess(definition, capabilities=of_this_town()),
        "versions": queries.versions_of(version.service),
        "findings": gate.check(definition),
    }
    return render(request, "desk/service.html", context)
