"""E-Akten: filing plan, dossiers, cases, documents, proof."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.desk import history, lookup, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import files
from rathaus.proceedings.models import Application
from rathaus.records import export, queries, verify, wording
from rathaus.records.models import Case, Dossier, FilingPlanEntry

PAGE = 50


@dataclass
class Place:
    """A place of the filing plan with its dossiers and what lies below."""

    entry: FilingPlanEntry
    dossiers: list[Any] = field(default_factory=list)
    below: list[Place] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Dossiers here and below."""
        return len(self.dossiers) + sum(place.count for place in self.below)


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The filing plan as a tree, with the dossiers of one's offices."""
    dossiers = (
        queries.dossiers_for(request.desk.staff)
        .annotate(
            total=Count("cases"),
            open=Count("cases", filter=Q(cases__state="open")),
        )
        .order_by("-year", "reference")
    )
    places = {entry.pk: Place(entry) for entry in FilingPlanEntry.objects.all()}
    for dossier in dossiers:
        places[dossier.filing_plan_entry_id].dossiers.append(dossier)
    top: list[Place] = []
    for place in places.values():
        parent = place.entry.parent_id
        (places[parent].below if parent else top).append(place)
    context = {
        "nav_current": "files",
        "places": top,
        "empty": not any(place.count for place in top),
        "everything": request.GET.get("alles") == "1",
    }
    return render(request, "desk/files.html", context)


@require_safe
def dossier(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The cases of a dossier, newest first."""
    try:
        found = queries.dossier_for(request.desk.staff, ident)
    except Dossier.DoesNotExist:
        raise Http404 from None
    rows = Case.objects.filter(dossier=found).order_by("-pk")
    after = params.cursor(request)
    if after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    cases = list(rows[: PAGE + 1])
    more = cases[PAGE - 1].pk if len(cases) > PAGE else None
    here = reverse("desk:dossier", args=[ident])
    context = {
        "nav_current": "files",
        "dossier": found,
        "cases": cases[:PAGE],
        "next_url": here + params.query(nach=str(more)) if more else "",
    }
    return render(request, "desk/dossier.html", context)


@require_safe
def case(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """One case as it lies in the record."""
    return _case_page(request, lookup.record_case(request, ident))


@require_POST
def check(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Verify chain, documents and files of this case now."""
    found = lookup.record_case(request, ident)
    return _case_page(request, found, report=verify.run_case(found))


@require_POST
def package(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The case as a zip file with everything needed to check it elsewhere."""
    found = lookup.record_case(request, ident)
    if not request.desk.can("records.file", found.office):
        raise PermissionDenied("records.file")
    try:
        content = export.hand_out(case=found, actor=request.desk.actor(found.office))
    except (StorageDamaged, StorageShredded):
        messages.error(request, _("Ein Dokument ist nicht lesbar. Prüfen Sie den Vorgang."))
        return redirect("desk:file_case", ident)
    name = found.reference.replace("/", "-")
    return files.attachment(content, f"vorgang-{name}.zip", "application/zip")


def _case_page(
    request: DeskRequest, found: Case, report: verify.Report | None = None
) -> HttpResponse:
    documents = list(queries.documents_of(found))
    entries = history.history(found.chain)
    application = (
        Application.objects.visible_to_offices(request.desk.office_ids("case.view"))
        .filter(case=found)
        .values_list("public_id", flat=True)
        .first()
    )
    context = {
        "nav_current": "files",
        "case": found,
        "documents": [{"document": row, **files.listed(row)} for row in documents],
        "events": entries[::-1],
        "application": application,
        "report": report,
        "findings": [
            {"finding": finding, "what": wording.german(finding.what)}
            for finding in (report.findings if report else ())
        ],
        "can_export": request.desk.can("records.file", found.office),
    }
    return render(request, "desk/file_case.html", context)
