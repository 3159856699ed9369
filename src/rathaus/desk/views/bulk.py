"""Many cases at once. Each row is asked for its own permission and its own state."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rathaus.desk import lookup, params
from rathaus.desk.access import Desk, DeskRequest
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import StaffMember
from rathaus.proceedings import actions, queries
from rathaus.proceedings.models import Application
from rathaus.proceedings.states import MoveRefused

MOST = 100
"""Rows of one request; a page of the basket has fewer."""


class Refused(Exception):
    """This row cannot be changed that way (state or permission)."""


@require_POST
def run(request: DeskRequest) -> HttpResponse:
    """Take over, put back or assign the ticked cases and say what became of each."""
    desk = request.desk
    back = _back(request)
    what = params.text(request.POST, "act", 20)
    picked = _picked(request, desk)
    if not picked:
        messages.warning(request, _("Wählen Sie zuerst mindestens einen Vorgang aus."))
        return redirect(back)
    colleague = None
    if what == "assign":
        colleague = _colleague(request)
        if colleague is None:
            messages.warning(request, _("Wählen Sie aus, wem Sie die Vorgänge geben möchten."))
            return redirect(back)
    elif what not in {"take", "put_back"}:
        messages.warning(request, _("Wählen Sie aus, was mit den Vorgängen geschehen soll."))
        return redirect(back)
    done = 0
    for application in picked:
        try:
            _one(what, application, desk, colleague)
            done += 1
        except (MoveRefused, Refused):
            continue
    _report(request, what, done, len(picked) - done)
    return redirect(back)


def _one(what: str, application: Application, desk: Desk, to: StaffMember | None) -> None:
    office = application.case.office
    actor = desk.actor(office)
    needed = "case.assign" if what == "assign" else "case.take"
    if not desk.can(needed, office) or not lookup.may_work(desk, application):
        raise Refused
    if what == "take":
        if application.assigned_to_id not in {None, desk.staff.pk}:
            raise Refused  # meant for a colleague; on the page of the case one sees that
        actions.take_over(application=application, staff=desk.staff, actor=actor)
    elif what == "put_back":
        mine = application.assigned_to_id == desk.staff.pk or desk.can("case.assign", office)
        if not mine and not queries.is_left_behind(application):
            raise Refused
        actions.put_back(application=application, actor=actor)
    else:
        if to is None or not application.is_open or not queries.can_be_handed(to, application.case):
            raise Refused
        actions.assign(application=application, staff=to, actor=actor)


def _report(request: HttpRequest, what: str, done: int, failed: int) -> None:
    finished = {
        "take": ngettext("%(n)s übernommen", "%(n)s übernommen", done),
        "put_back": ngettext("%(n)s zurückgelegt", "%(n)s zurückgelegt", done),
        "assign": ngettext("%(n)s zugewiesen", "%(n)s zugewiesen", done),
    }[what] % {"n": done}
    if not failed:
        messages.success(request, f"{finished}.")
        return
    left = {
        "take": ngettext("%(n)s war schon vergeben", "%(n)s waren schon vergeben", failed),
        "put_back": ngettext(
            "%(n)s liegt nicht bei Ihnen oder ist schon weiter",
            "%(n)s liegen nicht bei Ihnen oder sind schon weiter",
            failed,
        ),
        "assign": ngettext(
            "%(n)s ließ sich nicht zuweisen", "%(n)s ließen sich nicht zuweisen", failed
        ),
    }[what] % {"n": failed}
    messages.warning(request, f"{finished}, {left}.")


def _picked(request: HttpRequest, desk: Desk) -> list[Application]:
    ids = set()
    for value in request.POST.getlist("pick")[:MOST]:
        try:
            ids.add(uuid.UUID(value))
        except ValueError:
            continue
    rows = lookup.applications(desk).filter(public_id__in=ids)
    return list(rows.for_lists().order_by("due_on", "id"))


def _colleague(request: HttpRequest) -> StaffMember | None:
    try:
        wanted = uuid.UUID(request.POST.get("to", ""))
    except ValueError:
        return None
    active = StaffMember.objects.filter(user__is_active=True).select_related("user")
    found = active.filter(public_id=wanted).first()
    return organisation.remembering(found) if found else None


def _back(request: HttpRequest) -> str:
    home = reverse("desk:basket")
    question = params.text(request.POST, "here", 600)
    target = home + question if question.startswith("?") else home
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else home
