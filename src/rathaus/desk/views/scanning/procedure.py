"""The procedure document: as a page, and its kept versions as PDF/A."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import files
from rathaus.desk.views.scanning import common
from rathaus.records.scanning import actions, procedure
from rathaus.records.scanning.models import ProcedureVersion


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """What is in force now, and whether it is kept."""
    content = procedure.content()
    names = procedure.role_names()
    digest = procedure.digest(content)
    versions = list(ProcedureVersion.objects.select_related("blob").defer("blob__inline")[:50])
    context = {
        **common.NAV,
        "content": content,
        "texts": procedure.texts(),
        "roles": [(names[row["permission"]], row["roles"]) for row in content["roles"]],
        "digest": digest,
        "versions": versions,
        "is_kept": any(row.sha256 == digest for row in versions),
        "can_manage": request.desk.can("scan.manage"),
    }
    return render(request, "desk/scanning/procedure.html", context)


@require_POST
def keep(request: DeskRequest) -> HttpResponse:
    """Keep today's content as a version."""
    row = actions.record_procedure(actor=request.desk.actor())
    messages.success(request, _("Fassung %(n)s ist festgehalten.") % {"n": row.number})
    return redirect("desk:scan_procedure")


@require_GET
def download(request: DeskRequest, number: int) -> HttpResponse:
    """A kept version as PDF/A."""
    rows = ProcedureVersion.objects.select_related("blob")
    row = rows.filter(number=number).first() if number < 2**31 else None
    if row is None:
        raise Http404
    try:
        content = row.blob.read()
    except (StorageDamaged, StorageShredded):
        raise Http404 from None
    name = f"verfahrensdokumentation-scannen-{row.number}.pdf"
    return files.attachment(content, name, "application/pdf")
