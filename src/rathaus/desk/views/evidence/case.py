"""Evidence of one case: the box on its page, and the package."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.desk import lookup
from rathaus.desk.access import Desk, DeskRequest
from rathaus.desk.views import files
from rathaus.records.evidence import queries
from rathaus.records.models import Case


def panel(request: HttpRequest, case: Case) -> Mapping[str, Any]:
    """How far the case is sealed."""
    desk: Desk = request.desk  # type: ignore[attr-defined]
    return {
        "evidence": queries.of_case(case),
        "can_export": desk.can("records.file", case.office),
    }


@require_POST
def package(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The case as a zip with evidence records and the verifier."""
    from rathaus.records.evidence import package as packages

    found = lookup.record_case(request, ident)
    if not request.desk.can("records.file", found.office):
        raise PermissionDenied("records.file")
    try:
        content = packages.hand_out(case=found, actor=request.desk.actor(found.office))
    except (StorageDamaged, StorageShredded):
        messages.error(request, _("Ein Dokument ist nicht lesbar. Prüfen Sie den Vorgang."))
        return redirect("desk:file_case", ident)
    name = found.reference.replace("/", "-")
    return files.attachment(content, f"beweispaket-{name}.zip", "application/zip")
