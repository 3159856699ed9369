"""Legal holds and demands for deletion, on a case or a dossier."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rathaus.core.clock import today
from rathaus.desk import lookup, params
from rathaus.desk.access import DeskRequest
from rathaus.records import queries as records
from rathaus.records.disposal import actions, erasure
from rathaus.records.disposal.errors import DisposalRefused
from rathaus.records.disposal.models import ErasureRequest, LegalHold
from rathaus.records.models import Dossier

PAGE = 50


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Holds that count now, on what this person may read."""
    day = today()
    rows = _visible(request, LegalHold.objects.active(day)).select_related(
        "case__office", "dossier__office"
    )
    after = params.cursor(request)
    if after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    more = found[PAGE - 1].pk if len(found) > PAGE else None
    asked = ErasureRequest.objects.filter(
        state="restricted", case__in=records.cases_for(request.desk.staff).order_by()
    ).select_related("case")
    context = {
        "nav_current": "disposal",
        "holds": found[:PAGE],
        "asked": asked[:PAGE],
        "next_url": params.query(nach=str(more)) if more else "",
    }
    return render(request, "desk/disposal/holds.html", context)


@require_http_methods(["GET", "POST"])
def on_case(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Hold one case."""
    case = lookup.record_case(request, ident)
    request.desk.require("records.file", case.office)
    back = reverse("desk:file_case", args=[ident])
    return _set(request, {"case": case}, str(case), back)


@require_http_methods(["GET", "POST"])
def on_dossier(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Hold a dossier with everything below it."""
    dossier = _dossier(request, ident)
    request.desk.require("records.file", dossier.office)
    back = reverse("desk:dossier", args=[ident])
    return _set(request, {"dossier": dossier}, str(dossier), back)


@require_http_methods(["GET", "POST"])
def release(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """End a hold."""
    rows = _visible(request, LegalHold.objects.all()).select_related(
        "case__office", "dossier__office"
    )
    hold = rows.filter(public_id=ident).first()
    if hold is None:
        raise Http404
    thing = hold.case or hold.dossier
    if thing is None or not request.desk.can("records.file", thing.office):
        raise PermissionDenied("records.file")
    name = "desk:file_case" if hold.case else "desk:dossier"
    back = reverse(name, args=[thing.public_id])
    context: dict[str, Any] = {"hold": hold, "subject": str(thing), "back": back}
    context["nav_current"] = "disposal"
    if request.method == "POST":
        context["reason"] = params.text(request.POST, "reason", 300)
        try:
            actions.release_hold(
                hold=hold, reason=context["reason"], actor=request.desk.actor(thing.office)
            )
        except DisposalRefused as refused:
            context["errors"] = {"reason": str(refused.reason)}
            return render(request, "desk/disposal/hold_release.html", context, status=422)
        messages.success(request, _("Die Löschsperre ist aufgehoben."))
        return redirect(back)
    return render(request, "desk/disposal/hold_release.html", context)


@require_http_methods(["GET", "POST"])
def erasure_page(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """What counts when somebody demands the deletion of their data; enter or close it."""
    case = lookup.record_case(request, ident)
    request.desk.require("records.file", case.office)
    open_one = ErasureRequest.objects.filter(case=case, state="restricted").first()
    context: dict[str, Any] = {
        "nav_current": "files",
        "case": case,
        "open_one": open_one,
        "rule": erasure.rule_for(case),
        "earlier": ErasureRequest.objects.filter(case=case).exclude(state="restricted"),
        "values": {"received_on": today().isoformat()},
    }
    if request.method != "POST":
        return render(request, "desk/disposal/erasure.html", context)
    actor = request.desk.actor(case.office)
    note = params.text(request.POST, "note", 300)
    context["values"] = {"received_on": request.POST.get("received_on", "")[:20], "note": note}
    try:
        if open_one is not None:
            actions.close_request(request=open_one, note=note, actor=actor)
            messages.success(request, _("Das Löschverlangen ist abgeschlossen."))
        else:
            day = params.day(request.POST, "received_on")
            if day is None:
                context["errors"] = {"received_on": _("Geben Sie den Tag des Eingangs an.")}
                return render(request, "desk/disposal/erasure.html", context, status=422)
            actions.request_erasure(case=case, received_on=day, note=note, actor=actor)
            messages.success(request, _("Eingetragen. Die Verarbeitung ist jetzt eingeschränkt."))
    except DisposalRefused as refused:
        field = "note" if open_one else "received_on"
        context["errors"] = {field: str(refused.reason)}
        return render(request, "desk/disposal/erasure.html", context, status=422)
    return redirect("desk:file_case", ident)


def _set(request: DeskRequest, target: dict[str, Any], subject: str, back: str) -> HttpResponse:
    context: dict[str, Any] = {"nav_current": "files", "subject": subject, "back": back, **target}
    if request.method != "POST":
        return render(request, "desk/disposal/hold_set.html", context)
    reason = params.text(request.POST, "reason", 300)
    typed = params.text(request.POST, "until", 20)
    until = params.day(request.POST, "until")
    context |= {"reason": reason, "until": typed}
    errors: dict[str, str] = {}
    if typed and until is None:
        errors["until"] = _("Geben Sie das Datum so ein: 31.12.2027.")
    else:
        office = next(iter(target.values())).office
        try:
            actions.set_hold(reason=reason, until=until, actor=request.desk.actor(office), **target)
        except DisposalRefused as refused:
            errors["until" if until and reason else "reason"] = str(refused.reason)
    if errors:
        context["errors"] = errors
        return render(request, "desk/disposal/hold_set.html", context, status=422)
    messages.success(request, _("Die Löschsperre ist gesetzt. Nichts davon wird vernichtet."))
    return redirect(back)


def _visible(request: DeskRequest, rows: Any) -> Any:
    cases = records.cases_for(request.desk.staff).order_by().values("pk")
    dossiers = records.dossiers_for(request.desk.staff).order_by().values("pk")
    return rows.filter(Q(case__in=cases) | Q(dossier__in=dossiers))


def _dossier(request: DeskRequest, ident: uuid.UUID) -> Dossier:
    found = records.dossiers_for(request.desk.staff).filter(public_id=ident).first()
    if found is None:
        raise Http404
    return found
