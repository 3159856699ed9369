"""Work on a case: reminders, comments, tags, links, runs, shares, packages on one page."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.core.clock import now, today
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.work import common, tasks
from rathaus.records import queries as records
from rathaus.records.models import Case
from rathaus.records.work import actions, queries
from rathaus.records.work.errors import WorkError
from rathaus.records.work.models import ExportFormat, LinkKind, Reminder, ReminderState

Values = dict[str, Any]


@require_safe
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The page."""
    return page(request, common.case(request, ident))


def page(request: DeskRequest, case: Case, errors: dict[str, str] | None = None) -> HttpResponse:
    """The page, after a mistake with what was typed and what is wrong."""
    desk = request.desk
    can = desk.can("records.file", case.office)
    context: Values = {
        "nav_current": "files",
        "case": case,
        "here": common.case_url(case),
        "reminders": Reminder.objects.filter(case=case, state=ReminderState.OPEN).select_related(
            "staff", "office", "document"
        ),
        "comments": queries.comments_of(case),
        "tags": [row.tag for row in case.work_tags.select_related("tag").order_by("tag__name")],
        "all_tags": queries.tags_for([case.office_id]) if can else [],
        "links": queries.links_of(desk.staff, case),
        "link_kinds": [pair for pair in LinkKind.choices if pair[0] != LinkKind.REDACTED],
        "runs": queries.runs_for(desk.staff).filter(case=case),
        "shares": queries.shares_of(case),
        "formats": ExportFormat.choices,
        "offers": tasks.offered_days(),
        "today": today(),
        "now": now(),
        "me": desk.staff,
        "can": can,
        "can_share": desk.can("records.share", case.office),
        "typed": request.POST if errors else {},
        "errors": errors or {},
        **common.choices(),
    }
    return render(request, "desk/work/case.html", context, status=422 if errors else 200)


@require_POST
def remind(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Set a reminder."""
    case = common.case(request, ident, "records.file")
    due = params.day(request.POST, "day") or params.day(request.POST, "offer")
    chosen = common.who(params.text(request.POST, "who", 80))
    text = params.text(request.POST, "text", 300)
    if due is None:
        errors = {"day": _("Geben Sie den Tag an, zum Beispiel 9.3.2027.")}
        return page(request, case, errors)
    try:
        actions.set_reminder(
            case=case,
            due_on=due,
            text=text,
            author=request.desk.staff,
            staff=chosen.staff,
            office=chosen.office,
            actor=request.desk.actor(case.office),
        )
    except WorkError as error:
        return page(request, case, {"text" if not text else "day": str(error)})
    messages.success(request, _("Die Wiedervorlage ist gesetzt."))
    return redirect(common.case_url(case))


@require_POST
def reminder_end(request: DeskRequest, ident: uuid.UUID, key: uuid.UUID) -> HttpResponse:
    """Finish or withdraw a reminder of this case."""
    case = common.case(request, ident, "records.file")
    row = Reminder.objects.filter(case=case, public_id=key).select_related("case__chain").first()
    act = (
        actions.withdraw_reminder
        if request.POST.get("act") == "withdraw"
        else actions.finish_reminder
    )
    if row is not None:
        try:
            act(reminder=row, staff=request.desk.staff, actor=request.desk.actor(case.office))
            messages.success(request, _("Die Wiedervorlage ist erledigt."))
        except WorkError as error:
            messages.info(request, str(error))
    return redirect(common.case_url(case))


@require_POST
def export(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Have a package of the case made."""
    case = common.case(request, ident, "records.file")
    return _order(request, case, case_url=common.case_url(case))


@require_POST
def export_dossier(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Have a package of a dossier made: of the cases in it that the person may read."""
    dossier = records.dossiers_for(request.desk.staff).filter(public_id=ident).first()
    if dossier is None:
        raise Http404
    request.desk.require("records.file", dossier.office)
    return _order(request, dossier, case_url=reverse("desk:dossier", args=[ident]))


def _order(request: DeskRequest, scope: Any, *, case_url: str) -> HttpResponse:
    wanted = params.text(request.POST, "format", 5)
    try:
        actions.order_export(
            scope=scope,
            format=wanted,
            staff=request.desk.staff,
            actor=request.desk.actor(scope.office),
        )
    except WorkError:
        messages.warning(request, _("Wählen Sie PDF oder Zip."))
        return redirect(case_url)
    messages.success(request, _("Das Paket wird erstellt. Sie können solange weiterarbeiten."))
    return redirect(reverse("desk:tasks") + "?zeige=packages")
