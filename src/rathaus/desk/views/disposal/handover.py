"""Dossiers that go to another authority or system, or come from there (xdomea 0401)."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.organisation import queries as organisation
from rathaus.records import queries as records
from rathaus.records.disposal import handover
from rathaus.records.models import FilingPlanEntry
from rathaus.records.xdomea.errors import MessageRefused

MAX_BYTES = 2 * 1024**3


@require_http_methods(["GET", "POST"])
def export(request: DeskRequest, ident: uuid.UUID) -> HttpResponseBase:
    """Pack a dossier for another body."""
    dossier = records.dossiers_for(request.desk.staff).filter(public_id=ident).first()
    if dossier is None:
        raise Http404
    context: dict[str, Any] = {"nav_current": "files", "dossier": dossier}
    if request.method != "POST":
        return render(request, "desk/disposal/handover_export.html", context)
    reader = params.text(request.POST, "reader", 120)
    context["reader"] = reader
    if not reader:
        context["errors"] = {"reader": _("Geben Sie an, wer die Akte bekommt.")}
        return render(request, "desk/disposal/handover_export.html", context, status=422)
    with tempfile.TemporaryDirectory() as folder:
        try:
            packed = handover.export(
                dossier=dossier,
                reader=reader,
                folder=Path(folder),
                actor=request.desk.actor(dossier.office),
            )
        except (StorageDamaged, StorageShredded):
            context["errors"] = {"reader": _("Ein Dokument ist nicht lesbar. Prüfen Sie die Akte.")}
            return render(request, "desk/disposal/handover_export.html", context, status=422)
        # Open stays open: the file lives until it is read, its name goes with the folder.
        content = packed.path.open("rb")
    return FileResponse(
        content, as_attachment=True, filename=packed.path.name, content_type="application/zip"
    )


@require_http_methods(["GET", "POST"])
def receive(request: DeskRequest) -> HttpResponse:
    """Take over dossiers of another system."""
    offices = request.desk.offices("records.file")
    context: dict[str, Any] = {
        "nav_current": "disposal",
        "offices": offices,
        "entries": FilingPlanEntry.objects.filter(retired_at=None),
        "values": {},
    }
    if request.method != "POST":
        return render(request, "desk/disposal/handover_import.html", context)
    values = {name: params.text(request.POST, name, 60) for name in ("office", "entry")}
    context["values"] = values
    office = next((one for one in offices if one.key == values["office"]), None)
    entry = FilingPlanEntry.objects.filter(code=values["entry"], retired_at=None).first()
    file = request.FILES.get("message")
    errors = {}
    if office is None or office not in organisation.offices():
        errors["office"] = _("Wählen Sie das Amt, das die Akte künftig führt.")
    if entry is None:
        errors["entry"] = _("Wählen Sie die Stelle im Aktenplan.")
    if file is None or (file.size or 0) > MAX_BYTES:
        errors["message"] = _("Wählen Sie die Zip-Datei der anderen Stelle aus.")
    if not errors and file is not None and office is not None and entry is not None:
        with tempfile.NamedTemporaryFile(suffix=".incoming") as copy:
            for piece in file.chunks():
                copy.write(piece)
            copy.flush()
            try:
                taken = handover.take_over(
                    Path(copy.name),
                    entry=entry,
                    office=office,
                    staff=request.desk.staff,
                    actor=request.desk.actor(office),
                    name=str(file.name or ""),
                )
            except MessageRefused as refused:
                errors["message"] = _("Nicht übernommen: %(why)s") % {"why": refused.reason}
            else:
                _say(request, taken)
                return redirect("desk:dossier", taken.dossiers[0].public_id)
    context["errors"] = errors
    return render(request, "desk/disposal/handover_import.html", context, status=422)


def _say(request: DeskRequest, taken: handover.TakenOver) -> None:
    if taken.again:
        messages.info(request, _("Diese Akte war schon übernommen. Es hat sich nichts geändert."))
        return
    numbers = {"d": len(taken.dossiers), "c": taken.cases, "n": taken.documents}
    text = _("Übernommen: %(d)s Akten, %(c)s Vorgänge, %(n)s Dokumente.")
    messages.success(request, text % numbers)
