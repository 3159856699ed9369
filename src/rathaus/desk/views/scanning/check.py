"""The sample check, page by page."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.scanning import common
from rathaus.records.scanning import actions
from rathaus.records.scanning.errors import NotReady, ScanningError
from rathaus.records.scanning.models import SampleCheck, SampleItem, ScanBatch
from rathaus.records.scanning.states import BatchState, Verdict


@require_POST
def start(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Draw the sample and show its first page."""
    batch = common.batch_of(request, ident)
    try:
        actions.start_check(batch=batch, actor=request.desk.actor(batch.office))
    except ScanningError as error:
        messages.error(request, str(error))
        return redirect("desk:scan_batch", ident)
    return redirect("desk:scan_check", ident, 1)


@require_http_methods(["GET", "POST"])
def item(request: DeskRequest, ident: uuid.UUID, number: int) -> HttpResponse:
    """One page of the sample with its picture and the two buttons."""
    batch = common.batch_of(request, ident)
    check = _running(batch)
    items = list(check.items.select_related("page__file").order_by("position"))
    if not 1 <= number <= len(items):
        raise Http404
    shown = items[number - 1]
    shown.sample = check
    error = ""
    if request.method == "POST":
        try:
            actions.decide_page(
                item=shown,
                verdict=params.text(request.POST, "urteil", 10),
                reason=params.text(request.POST, "grund", 300),
                actor=request.desk.actor(batch.office),
            )
        except NotReady as refused:
            error = str(refused)
        except ScanningError as refused:
            messages.error(request, str(refused))
            return redirect("desk:scan_batch", ident)
        else:
            return _onwards(ident, items, number)
    context = {
        **common.NAV,
        "batch": batch,
        "check": check,
        "item": shown,
        "number": number,
        "total": len(items),
        "left": sum(row.verdict == Verdict.NONE for row in items),
        "rejected": sum(row.verdict == Verdict.RESCAN for row in items),
        "is_checker": check.checker == request.desk.actor(batch.office).id,
        "reason": params.text(request.POST, "grund", 300) or shown.reason,
        "error": error,
    }
    return render(request, "desk/scanning/check.html", context, status=422 if error else 200)


@require_POST
def finish(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Sum up: passed or not."""
    batch = common.batch_of(request, ident)
    check = _running(batch)
    try:
        actions.finish_check(check=check, actor=request.desk.actor(batch.office))
    except ScanningError as error:
        messages.error(request, str(error))
        return redirect("desk:scan_batch", ident)
    if check.batch.state == BatchState.PASSED:
        messages.success(request, _("Bestanden. Die Frist für das Papier läuft."))
    else:
        messages.warning(request, _("Nicht bestanden. Die Dokumente sind neu zu scannen."))
    return redirect("desk:scan_batch", ident)


def _running(batch: ScanBatch) -> SampleCheck:
    check = batch.checks.filter(finished_at__isnull=True).first()
    if check is None:
        raise Http404
    check.batch = batch
    return check


def _onwards(ident: uuid.UUID, items: list[SampleItem], number: int) -> HttpResponse:
    """The next page without verdict, behind this one first; the summary if there is none."""
    order = items[number:] + items[: number - 1]
    open_ = next((row for row in order if row.verdict == Verdict.NONE), None)
    if open_ is None:
        target = redirect("desk:scan_check", ident, number)
        target["Location"] += "#ende"
        return target
    return redirect("desk:scan_check", ident, open_.position)
