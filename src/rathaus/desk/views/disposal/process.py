"""One process of disposal: where it stands, what comes next, what happened."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rathaus.core.clock import today
from rathaus.desk import history, params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.disposal import picture
from rathaus.records import queries as records
from rathaus.records.disposal import actions, queries
from rathaus.records.disposal.errors import DisposalRefused
from rathaus.records.disposal.models import Item, Process
from rathaus.records.disposal.release_rights import may_release, releasable
from rathaus.records.disposal.states import ItemState, ProcessState
from rathaus.records.models import Case

PAGE = 50
SHOWN = 200
"""Cases shown on the page of a process; the rest on following pages."""


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """All processes, newest first; heads see those they may release."""
    rows: QuerySet[Process] = Process.objects.select_related("archive").order_by("-pk")
    if not request.desk.can("records.dispose"):
        rows = releasable(request.desk.grants, rows)
    after = params.cursor(request)
    if after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    more = found[PAGE - 1].pk if len(found) > PAGE else None
    context = {
        "nav_current": "disposal",
        "processes": [_row(process) for process in found[:PAGE]],
        "next_url": params.query(nach=str(more)) if more else "",
        "can_dispose": request.desk.can("records.dispose"),
    }
    return render(request, "desk/disposal/processes.html", context)


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The process as a picture of steps, what to do next, its cases and messages."""
    return _page(request, find(request, ident))


@require_POST
def step(request: DeskRequest, ident: uuid.UUID, name: str) -> HttpResponse:
    """Take a step."""
    process = find(request, ident)
    offer = picture.offered(process, request.desk).get(name)
    if offer is None:
        raise Http404
    if not offer.allowed:
        raise PermissionDenied(name)
    reason = params.text(request.POST, "reason", 500)
    try:
        said = _do(name, process, reason, request)
    except DisposalRefused as refused:
        return _page(request, find(request, ident), error=(name, str(refused.reason)), typed=reason)
    messages.success(request, said)
    return redirect("desk:disposal_process", ident)


@require_POST
def appraise(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Enter what the archive said about cases that its message left out."""
    process = find(request, ident)
    verdicts = {
        int(name[8:]): str(value)
        for name, value in request.POST.items()
        if name.startswith("verdict-") and name[8:].isdigit() and len(name) < 26 and value
    }
    source = params.text(request.POST, "source", 120)
    try:
        count = actions.appraise_by_hand(
            process=process, verdicts=verdicts, source=source, actor=request.desk.actor()
        )
    except DisposalRefused as refused:
        return _page(request, process, error=("source", str(refused.reason)), typed=source)
    messages.success(
        request,
        ngettext("%(n)s Vorgang bewertet.", "%(n)s Vorgänge bewertet.", count) % {"n": count},
    )
    return redirect("desk:disposal_process", ident)


@require_POST
def withdraw(request: DeskRequest, ident: uuid.UUID, pk: int) -> HttpResponse:
    """Take one case out."""
    process = find(request, ident)
    item = process.items.filter(pk=pk).first() if pk < 2**62 else None
    if item is None:
        raise Http404
    try:
        actions.withdraw(
            item=item, why=params.text(request.POST, "why", 300), actor=request.desk.actor()
        )
    except DisposalRefused as refused:
        return _page(request, process, error=(f"why-{pk}", str(refused.reason)))
    messages.success(request, _("Der Vorgang ist herausgenommen und bleibt in der E-Akte."))
    return redirect("desk:disposal_process", ident)


def find(request: DeskRequest, ident: uuid.UUID) -> Process:
    """A process this person may see. Raises: Http404."""
    try:
        process = queries.process_of(ident)
    except Process.DoesNotExist:
        raise Http404 from None
    if not request.desk.can("records.dispose") and not may_release(request.desk.grants, process):
        raise Http404
    return process


def _do(name: str, process: Process, reason: str, request: DeskRequest) -> str:
    actor = request.desk.actor()
    if name in ("offer", "transfer", "decide", "cancel"):
        getattr(actions, name)(process=process, actor=actor)
        return {
            "offer": _("Die Anbietung wird jetzt gesendet."),
            "transfer": _("Die Abgabe wird jetzt zusammengestellt und gesendet."),
            "decide": _("Die Vernichtung kann jetzt vorgeschlagen werden."),
            "cancel": _("Die Aussonderung ist abgebrochen. Die Vorgänge bleiben in der E-Akte."),
        }[name]
    if name == "propose":
        count = actions.propose(process=process, actor=actor)
        text = ngettext("%(n)s Vorgang vorgelegt.", "%(n)s Vorgänge vorgelegt.", count)
        return text % {"n": count}
    if name == "release":
        count = actions.release(process=process, actor=actor)
        text = ngettext(
            "%(n)s Vorgang wird jetzt vernichtet.", "%(n)s Vorgänge werden jetzt vernichtet.", count
        )
        return text % {"n": count}
    if name == "keep":
        actions.keep(process=process, reason=reason, actor=actor)
        return _("Die Vorgänge bleiben in der E-Akte.")
    actions.turn_down(process=process, reason=reason, actor=actor)
    return _("Die Vernichtung ist nicht freigegeben.")


def _page(
    request: DeskRequest,
    process: Process,
    *,
    error: tuple[str, str] | None = None,
    typed: str = "",
) -> HttpResponse:
    after = params.cursor(request)
    rows = queries.items_of(process)
    if after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__gt=int(after))
    items = list(rows.order_by("pk")[: SHOWN + 1])
    more = items[SHOWN - 1].pk if len(items) > SHOWN else None
    visible = set(
        records.cases_for(request.desk.staff)
        .filter(pk__in=[item.case_id for item in items if item.case_id])
        .values_list("pk", flat=True)
    )
    due = process.answer_due
    context: dict[str, Any] = {
        "nav_current": "disposal",
        "process": process,
        "steps": picture.steps(process),
        "offers": list(picture.offered(process, request.desk).values()),
        "next": picture.next_thing(process, request.desk),
        "items": [_item(item, visible) for item in items[:SHOWN]],
        "counts": picture.counts(process),
        "open_verdicts": [item for item in items if item.state == "offered"]
        if process.appraised_at
        else [],
        "messages_of": queries.messages_of(process),
        "refused": process.refused.filter(settled_at=None),
        "answer_due": due,
        "late": due is not None and due < today(),
        "events": history.history(process.chain)[::-1],
        "can_dispose": request.desk.can("records.dispose"),
        "errors": {error[0]: error[1]} if error else {},
        "error_at": error[0] if error else "",
        "error_text": error[1] if error else "",
        "typed": typed,
        "next_url": reverse("desk:disposal_process", args=[process.public_id])
        + params.query(nach=str(more))
        if more
        else "",
    }
    return render(request, "desk/disposal/process.html", context, status=422 if error else 200)


def _item(item: Item, visible: set[int]) -> dict[str, Any]:
    case: Case | None = item.case if item.case_id in visible else None
    return {
        "item": item,
        "case": case,
        "tone": picture.TONES[ItemState(item.state)],
        "can_leave": item.state in ("planned", "offered", "appraised", "prepared"),
    }


def _row(process: Process) -> dict[str, Any]:
    due = process.answer_due
    return {
        "process": process,
        "tone": picture.PROCESS_TONES[ProcessState(process.state)],
        "due": due,
        "late": due is not None and due < today(),
        "counts": picture.counts(process),
    }
