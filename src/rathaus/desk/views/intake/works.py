"""How far work on pages is; the page can be left at any time."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.desk.access import DeskRequest
from rathaus.records.intake import actions, queries
from rathaus.records.intake.errors import IntakeError, MovedOn
from rathaus.records.intake.models import Work, WorkState

TONES = {
    WorkState.WAITING: "wait",
    WorkState.RUNNING: "wait",
    WorkState.DONE: "done",
    WorkState.FAILED: "bad",
}


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """What is done, what comes of it, or why not."""
    work = _work_of(request, ident)
    items = queries.items_for(request.desk.staff)
    context = {
        "nav_current": "intake",
        "work": work,
        "tone": TONES[WorkState(work.state)],
        "sources": items.filter(works__work=work).order_by("works__number").for_lists(),
        "parts": items.filter(made_by__work=work).order_by("made_by__number").for_lists(),
        "can_work": request.desk.can("intake.work", work.office),
    }
    return render(request, "desk/intake/work.html", context)


@require_POST
def repeat(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Try once more what failed."""
    work = _work_of(request, ident)
    request.desk.require("intake.work", work.office)
    try:
        actions.repeat(work=work, actor=request.desk.actor(work.office))
    except MovedOn:
        messages.error(request, _("Ein Eingang ist inzwischen weiter. Bitte beginnen Sie neu."))
    except IntakeError as error:
        messages.error(request, str(error))
    return redirect("desk:intake_work", ident)


def _work_of(request: DeskRequest, ident: uuid.UUID) -> Work:
    work = queries.works_for(request.desk.staff).filter(public_id=ident).first()
    if work is None:
        raise Http404
    return work
