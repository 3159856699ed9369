"""Quarantine: what the scanner found. Released by two people only."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.core import virus
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.records.intake import actions, queries
from rathaus.records.intake.errors import IntakeError
from rathaus.records.intake.models import Item

MOST = 200


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Everything isolated, the newest first."""
    found = list(queries.quarantined_for(request.desk.staff)[: MOST + 1])
    context = {
        "nav_current": "intake",
        "rows": [_row(request, item) for item in found[:MOST]],
        "more": len(found) > MOST,
        "scanner": _scanner(),
    }
    return render(request, "desk/intake/quarantine.html", context)


@require_POST
def decide(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Ask for release, agree, refuse, or throw away."""
    item = queries.quarantined_for(request.desk.staff).filter(public_id=ident).first()
    if item is None:
        raise Http404
    request.desk.require("intake.release", item.office)
    actor, staff = request.desk.actor(item.office), request.desk.staff
    what = params.text(request.POST, "act", 20)
    reason = params.lines(request.POST, "reason", 500)
    try:
        if what == "ask":
            actions.ask_release(item=item, staff=staff, reason=reason, actor=actor)
            messages.success(request, _("Eine zweite Person muss jetzt zustimmen."))
        elif what == "agree":
            actions.release(item=item, staff=staff, actor=actor)
            messages.success(request, _("Freigegeben. Die übrige Prüfung läuft."))
        elif what == "refuse":
            actions.refuse_release(item=item, actor=actor)
            messages.success(request, _("Die Freigabe ist abgelehnt."))
        elif what == "discard":
            words = reason or _("Schadsoftware: %(name)s") % {"name": item.virus_name}
            actions.discard(item=item, reason=words, actor=actor)
            messages.success(request, _("Verworfen. In 30 Tagen wird es endgültig gelöscht."))
    except IntakeError as error:
        messages.error(request, str(error))
    return redirect("desk:intake_quarantine")


def _row(request: DeskRequest, item: Item) -> dict[str, object]:
    return {
        "item": item,
        "asked": item.release_asked_by,
        "mine": item.release_asked_by_id == request.desk.staff.pk,
        "can_release": request.desk.can("intake.release", item.office),
    }


def _scanner() -> dict[str, object]:
    """Whether the scanner answers; asked only here and by `rathaus doctor`."""
    if not settings.RATHAUS_CLAMD:
        return {"used": False, "ok": False, "text": ""}
    try:
        return {"used": True, "ok": True, "text": virus.version()}
    except virus.ScannerUnavailable as error:
        return {"used": True, "ok": False, "text": str(error)}
