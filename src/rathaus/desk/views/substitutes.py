"""Vertretung: who stands in for me, on which days; heads see and set it for their offices."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.core.clock import today
from rathaus.desk import params
from rathaus.desk.access import Desk, DeskRequest
from rathaus.organisation import actions, queries
from rathaus.organisation.models import Role, StaffMember

NAV = {"nav_current": "substitutes"}


@require_http_methods(["GET", "POST"])
def index(request: DeskRequest) -> HttpResponse:
    """The own substitute; for heads those of the people of their offices; whom I stand in for."""
    me = request.desk.staff
    saved = request.method == "POST" and _set(request, me)
    if saved:
        return redirect("desk:substitutes")
    team = [person for person in _team(request.desk) if person.pk != me.pk]
    context = {
        **NAV,
        "me": me,
        "colleagues": [person for person in _active() if person.pk != me.pk],
        "team": team,
        "stands_for": StaffMember.objects.filter(substitute=me, user__is_active=True),
        "today": today(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/substitutes.html", context, status=status)


@require_http_methods(["GET", "POST"])
def of_colleague(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The substitute of somebody in an office of the head, or of anybody for the operator."""
    person = (
        StaffMember.objects.select_related("user", "substitute").filter(public_id=ident).first()
    )
    if person is None:
        raise Http404
    if not request.desk.can("staff.manage") and person.pk not in {
        p.pk for p in _team(request.desk)
    }:
        raise PermissionDenied
    saved = request.method == "POST" and _set(request, person)
    if saved:
        return redirect("desk:substitute", person.public_id)
    colleagues = [one for one in _active() if one.pk != person.pk]
    context = {**NAV, "person": person, "colleagues": colleagues, "today": today()}
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/substitute.html", context, status=status)


def _set(request: DeskRequest, person: StaffMember) -> bool:
    """Whether it was saved; if not, `person` carries what was chosen, for the form to show."""
    wanted = params.text(request.POST, "substitute", 40)
    substitute = next((one for one in _active() if str(one.public_id) == wanted), None)
    first, last = params.day(request.POST, "from"), params.day(request.POST, "until")
    typed = params.text(request.POST, "from", 20), params.text(request.POST, "until", 20)
    if (wanted and substitute is None) or (typed[0] and not first) or (typed[1] and not last):
        messages.error(request, _("Bitte prüfen Sie Person und Datum (zum Beispiel 9.3.2027)."))
    else:
        try:
            actions.set_substitute(
                staff=person,
                substitute=substitute,
                first_day=first,
                last_day=last,
                actor=request.desk.actor(),
            )
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, _("Die Vertretung ist gespeichert."))
            return True
    person.substitute, person.substitute_from, person.substitute_until = substitute, first, last
    return False


def _team(desk: Desk) -> list[StaffMember]:
    """Everybody of the offices that the person heads."""
    headed = {office_id for role, office_id in desk.grants.roles if role == Role.HEAD}
    offices = [inner for office in queries.offices() if office.pk in headed
               for inner in queries.below(office)]  # fmt: skip
    return queries.members(offices) if offices else []


def _active() -> list[StaffMember]:
    return list(StaffMember.objects.filter(user__is_active=True).select_related("user"))
