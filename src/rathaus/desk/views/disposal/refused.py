"""Refused messages, and what was destroyed."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.disposal import advice
from rathaus.records.disposal import receiving
from rathaus.records.disposal.models import DossierTombstone, Quarantine, Tombstone

PAGE = 50


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Messages that were not taken, newest first, with the reason."""
    rows = Quarantine.objects.select_related("archive", "process").order_by("-pk")
    after = params.cursor(request)
    if after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    more = found[PAGE - 1].pk if len(found) > PAGE else None
    context = {
        "nav_current": "disposal",
        "rows": [(row, advice.on(row.key)) for row in found[:PAGE]],
        "next_url": params.query(nach=str(more)) if more else "",
    }
    return render(request, "desk/disposal/refused.html", context)


@require_POST
def settle(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Somebody has cared about a refused message; its copy is removed."""
    found = Quarantine.objects.filter(public_id=ident).first()
    if found is None:
        raise Http404
    if receiving.settle(quarantine=found, actor=request.desk.actor()):
        messages.success(request, _("Erledigt. Die Kopie der Nachricht ist gelöscht."))
    return redirect("desk:disposal_refused")


@require_safe
def tombstones(request: DeskRequest) -> HttpResponse:
    """What was destroyed, when, why and by whom; emptied dossiers on a tab of their own."""
    dossiers = request.GET.get("art") == "akten"
    rows: Any = (DossierTombstone if dossiers else Tombstone).objects.order_by("-pk")
    text = params.text(request.GET, "q", 60)
    if text:
        rows = rows.filter(reference__icontains=text)
    after = params.cursor(request)
    if after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    more = found[PAGE - 1].pk if len(found) > PAGE else None
    context = {
        "nav_current": "disposal",
        "rows": found[:PAGE],
        "text": text,
        "dossiers": dossiers,
        "next_url": params.query(art="akten" if dossiers else "", q=text, nach=str(more))
        if more
        else "",
    }
    return render(request, "desk/disposal/tombstones.html", context)
