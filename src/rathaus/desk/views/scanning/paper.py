"""Paper: what may be destroyed, the confirmation, the protocol, holds."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from rathaus.core.clock import today
from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import files
from rathaus.desk.views.scanning import common
from rathaus.records.scanning import actions, queries
from rathaus.records.scanning.errors import ScanningError
from rathaus.records.scanning.models import PaperDestruction, ScanBatch
from rathaus.records.scanning.states import BatchState

PAGE = 100


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Paper that may go, paper that waits or is held, protocols."""
    return _page(request)


def _page(request: DeskRequest, error: str = "", status: int = 200) -> HttpResponse:
    rows = queries.batches_for(request.desk.staff)
    office = params.text(request.GET, "amt", 60)
    if office:
        rows = rows.filter(office__key=office)
    due = list(queries.paper_due(rows)[: PAGE + 1])
    ready = {row.pk for row in due}
    waiting = rows.filter(state=BatchState.PASSED).exclude(pk__in=ready)
    waiting = waiting.order_by("paper_until", "pk")[:PAGE]
    protocols = PaperDestruction.objects.filter(
        batches__in=queries.batches_for(request.desk.staff).order_by()
    ).distinct()
    context = {
        **common.NAV,
        "due": due[:PAGE],
        "more": len(due) > PAGE,
        "waiting": [{"batch": row, "why": queries.why_paper_stays(row)} for row in waiting],
        "protocols": protocols[:20],
        "methods": PaperDestruction.Method.choices,
        "today": today(),
        "offices": request.desk.offices("scan.work"),
        "office": office,
        "can_destroy": request.desk.can("scan.destroy"),
        "picked": set(request.POST.getlist("pick")),
        "values": {key: params.text(request.POST, key, 200) for key in ("wie", "nachweis", "am")},
        "error": error,
    }
    return render(request, "desk/scanning/paper.html", context, status=status)


@require_POST
def destroy(request: DeskRequest) -> HttpResponse:
    """Confirm for all ticked batches at once; all or none."""
    picked = set()
    for value in request.POST.getlist("pick")[:PAGE]:
        try:
            picked.add(uuid.UUID(value))
        except ValueError:
            continue
    rows = queries.batches_for(request.desk.staff, "scan.destroy")
    batches = list(rows.filter(public_id__in=picked).order_by("pk"))
    if len(batches) != len(picked):
        raise PermissionDenied("scan.destroy")
    day = params.day(request.POST, "am")
    if day is None:
        return _page(request, _("Geben Sie an, wann das Papier vernichtet wurde."), 422)
    try:
        row = actions.destroy_paper(
            batches=batches,
            method=params.text(request.POST, "wie", 20),
            detail=params.text(request.POST, "nachweis", 200),
            done_on=day,
            actor=request.desk.actor(batches[0].office if batches else None),
        )
    except ScanningError as error:
        return _page(request, str(error), 422)
    text = ngettext(
        "Papier von %(n)s Stapel als vernichtet bestätigt. Protokoll %(ref)s.",
        "Papier von %(n)s Stapeln als vernichtet bestätigt. Protokoll %(ref)s.",
        len(batches),
    )
    messages.success(request, text % {"n": len(batches), "ref": row.reference})
    return redirect(reverse("desk:scan_paper") + "#protokolle")


@require_GET
def protocol(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The protocol as PDF/A; for whoever may see every batch in it."""
    row = PaperDestruction.objects.filter(public_id=ident).select_related("protocol").first()
    if row is None:
        raise Http404
    visible = queries.batches_for(request.desk.staff).filter(destruction=row).count()
    if not visible or visible != ScanBatch.objects.filter(destruction=row).count():
        raise Http404
    try:
        content = row.protocol.read()
    except (StorageDamaged, StorageShredded):
        raise Http404 from None
    return files.attachment(content, f"{row.reference}.pdf", "application/pdf")


@require_POST
def hold(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Keep the paper for now."""
    batch = common.batch_of(request, ident, "scan.destroy")
    reason = params.text(request.POST, "grund", 300)
    try:
        actions.hold_paper(batch=batch, reason=reason, actor=request.desk.actor(batch.office))
        messages.success(request, _("Das Papier wird vorläufig aufbewahrt."))
    except ScanningError as error:
        messages.error(request, str(error))
    return redirect("desk:scan_batch", ident)


@require_POST
def release(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """End of a hold."""
    batch = common.batch_of(request, ident, "scan.destroy")
    try:
        actions.release_paper(batch=batch, actor=request.desk.actor(batch.office))
        messages.success(request, _("Die Sperre ist aufgehoben."))
    except ScanningError as error:
        messages.error(request, str(error))
    return redirect("desk:scan_batch", ident)
