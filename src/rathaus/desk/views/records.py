"""A case as it lies in the record: documents, history, proof."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.desk import history, lookup, panels
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import files
from rathaus.desk.views.plan import documents as described
from rathaus.desk.views.plan import dossiers, things
from rathaus.desk.webdav import locks
from rathaus.records import actions, export, permissions, queries, verify, wording
from rathaus.records.models import Case, DraftDocument


@require_safe
def case(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The clerk's place of work for the documents of a case."""
    found = things.case(request, ident)
    actions.note_case_view(case=found, actor=things.actor(request, found.dossier))
    return _case_page(request, found)


@require_POST
def check(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Verify chain, documents and files of this case now."""
    found = lookup.record_case(request, ident)
    return _case_page(request, found, report=verify.run_case(found))


@require_POST
def package(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The case as a zip file with everything needed to check it elsewhere."""
    found = lookup.record_case(request, ident)
    if not permissions.may_write(request.desk.staff, found.dossier):
        raise PermissionDenied("records.file")
    try:
        content = export.hand_out(case=found, actor=things.actor(request, found.dossier))
    except (StorageDamaged, StorageShredded):
        messages.error(request, _("Ein Dokument ist nicht lesbar. Prüfen Sie den Vorgang."))
        return redirect("desk:file_case", ident)
    name = found.reference.replace("/", "-")
    return files.attachment(content, f"vorgang-{name}.zip", "application/zip")


def _case_page(
    request: DeskRequest, found: Case, report: verify.Report | None = None
) -> HttpResponse:
    documents = list(queries.documents_of(found).order_by("number"))
    for document in documents:
        document.case = found
    application = (
        lookup.applications(request.desk)
        .filter(case=found)
        .values_list("public_id", flat=True)
        .first()
    )
    writes = permissions.may_write(request.desk.staff, found.dossier)
    context = {
        "nav_current": "files",
        "case": found,
        "crumbs": dossiers.crumbs(found.dossier, inside=True),
        "documents": described.described(request, documents),
        "drafts": _drafts(found),
        "webdav": settings.RATHAUS_WEBDAV,
        "events": history.history(found.chain)[::-1],
        "application": application,
        "report": report,
        "findings": [
            {
                "object": finding.object,
                "what": wording.german(finding.what),
                "expected": wording.german_value(finding.expected),
                "found": wording.german_value(finding.found),
            }
            for finding in (report.findings if report else ())
        ],
        "can_export": writes,
        "can_write": writes,
        "panels": panels.render("case", request, found),
        "main_panels": panels.render("case_main", request, found),
        "acts": panels.actions("case", request, found),
    }
    return render(request, "desk/file_case.html", context)


def _drafts(found: Case) -> list[tuple[DraftDocument, str]]:
    """Drafts, each with the name of who has it open in an office program, or ""."""
    rows = list(queries.drafts_of(found))
    held = locks.holders(row.public_id for row in rows) if rows else {}
    return [(row, held.get(row.public_id, "")) for row in rows]
