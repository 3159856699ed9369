"""Evidence of one case: the box on its page, and the package."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rathaus.core.models import Blob
from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.desk import lookup
from rathaus.desk.access import Desk, DeskRequest
from rathaus.desk.views import files
from rathaus.records import queries as records
from rathaus.records.evidence import queries
from rathaus.records.models import Case, Dossier

MOST_CASES = 100
MOST_BYTES = 300 * 1024 * 1024
"""Larger dossiers are taken along case by case: the person waits for the answer."""


def panel(request: HttpRequest, case: Case) -> Mapping[str, Any]:
    """How far the case is sealed."""
    desk: Desk = request.desk  # type: ignore[attr-defined]
    return {
        "evidence": queries.of_case(case),
        "can_export": desk.can("records.file", case.office),
    }


def dossier_action(request: HttpRequest, dossier: Dossier) -> Mapping[str, Any] | None:
    """The button on the page of a dossier, where the person may take it along."""
    desk: Desk = request.desk  # type: ignore[attr-defined]
    return {} if desk.can("records.file", dossier.office) else None


@require_POST
def package(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The case as a zip with evidence records and the verifier."""
    found = lookup.record_case(request, ident)
    return _package(request, [found], found.reference, redirect("desk:file_case", ident))


@require_POST
def dossier_package(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """All cases of a dossier that the person may see, each in a folder."""
    visible = records.cases_for(request.desk.staff).filter(dossier__public_id=ident)
    rows = list(visible.select_related("chain").order_by("pk")[: MOST_CASES + 1])
    if not rows:
        raise Http404
    back = redirect("desk:dossier", ident)
    blobs = Blob.objects.filter(document_versions__document__case__in=rows)
    if len(rows) > MOST_CASES or (blobs.aggregate(n=Sum("size"))["n"] or 0) > MOST_BYTES:
        text = _("Diese Akte ist für ein Paket zu groß. Bitte laden Sie ihre Vorgänge einzeln.")
        messages.error(request, text)
        return back
    return _package(request, rows, rows[0].dossier.reference, back)


def _package(
    request: DeskRequest, cases: list[Case], reference: str, back: HttpResponse
) -> HttpResponse:
    from rathaus.records.evidence import package as packages

    for case in cases:
        request.desk.require("records.file", case.office)
    try:
        content = packages.hand_out(cases=cases, actor=request.desk.actor(cases[0].office))
    except (StorageDamaged, StorageShredded):
        messages.error(request, _("Ein Dokument ist nicht lesbar. Prüfen Sie den Vorgang."))
        return back
    name = reference.replace("/", "-")
    return files.attachment(content, f"beweispaket-{name}.zip", "application/zip")
