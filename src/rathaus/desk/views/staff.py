"""Beschäftigte: who works here, with which roles; substitutes; somebody who cannot log in."""

from __future__ import annotations

import secrets as random
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.accounts.sources import config
from rathaus.accounts.staff import directory, factors, sessions
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.organisation import actions, permissions, queries
from rathaus.organisation.models import Membership, Office, Role, StaffMember
from rathaus.proceedings.models import Application
from rathaus.proceedings.states import OPEN_STATES
from rathaus.records.work.models import Reminder, ReminderState

FIELDS = ("first_name", "last_name", "title", "phone", "email", "room")
NAV = {"nav_current": "staff"}


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Everybody with roles, active people first."""
    people = (
        StaffMember.objects.select_related("user", "substitute")
        .prefetch_related("memberships__office")
        .order_by("-user__is_active", "last_name", "first_name")
    )
    return render(request, "desk/staff.html", {**NAV, "people": people})


@require_http_methods(["GET", "POST"])
def create(request: DeskRequest) -> HttpResponse:
    """A new colleague; the first password is shown once."""
    errors: dict[str, str] = {}
    values = {name: params.text(request.POST, name, 254) for name in ("login", *FIELDS)}
    if request.method == "POST":
        password = "-".join(random.token_hex(3) for _ in range(4))
        try:
            staff = actions.create_staff(
                **values,
                password=password,
                memberships=[_membership(request)],
                actor=request.desk.actor(),
            )
            context = {**NAV, "person": staff, "password": password}
            return render(request, "desk/staff_created.html", context)
        except actions.LoginTaken:
            errors["login"] = _("Diesen Anmeldenamen hat schon jemand anders.")
        except ValidationError as error:
            errors = _sentences(error)
    context = {**NAV, "errors": errors, "values": values, **_choices()}
    return render(request, "desk/staff_new.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
def show(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """One colleague: name, ways to reach, roles, log-in."""
    person, errors = _person(ident), {}
    if request.method == "POST":
        values = {name: params.text(request.POST, name, 254) for name in FIELDS}
        try:
            actions.change_staff(staff=person, actor=request.desk.actor(), **values)
            messages.success(request, _("Die Angaben sind gespeichert."))
            return redirect("desk:staff_member", ident)
        except ValidationError as error:
            errors = _sentences(error)
    context = {
        **NAV,
        "person": person,
        "errors": errors,
        "memberships": person.memberships.select_related("office").order_by("office__position"),
        "factors": factors.of(person.user),
        "is_self": person.pk == request.desk.staff.pk,
        "directories": _directories(),
        "by_directory": directory.depends_on_it(person),
        **_choices(),
    }
    return render(request, "desk/staff_member.html", context, status=422 if errors else 200)


@require_POST
def grant(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Give a role in an office."""
    person = _person(ident)
    try:
        office, role = _membership(request)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        actions.grant_role(staff=person, office=office, role=role, actor=request.desk.actor())
        messages.success(request, _("Die Rolle ist vergeben."))
    return redirect("desk:staff_member", ident)


@require_POST
def revoke(request: DeskRequest, ident: uuid.UUID, pk: int) -> HttpResponse:
    """Take a role away; not the own one as operator, so that one is always left."""
    person = _person(ident)
    rows = Membership.objects.select_related("office").filter(staff=person)
    row = rows.filter(pk=pk).first() if pk < 2**62 else None
    if row is None:
        raise Http404
    if row.role == Role.OPERATOR and person.pk == request.desk.staff.pk:
        messages.error(request, _("Die eigene Rolle „Betrieb“ nimmt Ihnen nur jemand anders."))
    elif row.source in _directories():
        messages.error(request, _("Diese Rolle kommt aus dem Verzeichnis und endet dort."))
    else:
        actions.revoke_role(
            staff=person, office=row.office, role=row.role, actor=request.desk.actor()
        )
        messages.success(request, _("Die Rolle ist entzogen."))
    return redirect("desk:staff_member", ident)


@require_POST
def activate(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Close or reopen somebody's access; closing ends all open log-ins at once."""
    person, actor = _person(ident), request.desk.actor()
    if person.pk == request.desk.staff.pk:
        messages.error(request, _("Den eigenen Zugang sperrt nur jemand anders."))
    elif request.POST.get("active") == "yes":
        actions.reactivate_staff(staff=person, actor=actor)
        messages.success(request, _("Der Zugang ist wieder offen."))
    else:
        actions.deactivate_staff(staff=person, actor=actor)
        sessions.end_all(person.user)
        messages.success(request, _("Der Zugang ist gesperrt, überall abgemeldet."))
        _say_what_is_left(request, person)
    return redirect("desk:staff_member", ident)


def _say_what_is_left(request: DeskRequest, person: StaffMember) -> None:
    """Work of somebody who left is nobody's work until a person takes it on."""
    cases = Application.objects.filter(assigned_to=person, state__in=OPEN_STATES).count()
    reminders = Reminder.objects.filter(staff=person, state=ReminderState.OPEN).count()
    if cases or reminders:
        text = _(
            "Hier liegen noch offene Vorgänge (%(cases)s) und Wiedervorlagen (%(reminders)s). "
            "Tragen Sie eine Vertretung ein. Die Leitung kann die Vorgänge auch neu zuweisen."
        )
        messages.warning(request, text % {"cases": cases, "reminders": reminders})


@require_POST
def new_password(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """A new first password for somebody who forgot it, shown once; all log-ins end."""
    person = _person(ident)
    if person.pk == request.desk.staff.pk:
        return redirect("desk:password")
    if directory.depends_on_it(person):
        text = _("Meldet sich mit dem Verzeichnis der Stadt an. Neue Kennwörter gibt es dort.")
        messages.error(request, text)
        return redirect("desk:staff_member", ident)
    password = "-".join(random.token_hex(3) for _ in range(4))
    actions.set_password(staff=person, password=password, actor=request.desk.actor())
    sessions.end_all(person.user)
    context = {**NAV, "person": person, "password": password, "again": True}
    return render(request, "desk/staff_created.html", context)


@require_POST
def reset_factors(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Forget somebody's second factor: by the operator, or the head of an office of that person."""
    person, desk = _person(ident), request.desk
    if person.pk == desk.staff.pk:
        messages.error(request, _("Den eigenen zweiten Faktor setzt nur jemand anders zurück."))
        return redirect("desk:security")
    if not _may_reset(request, person):
        raise PermissionDenied
    factors.reset(staff=person, actor=desk.actor())
    messages.success(
        request,
        _("Der zweite Faktor von %(name)s ist zurückgesetzt, überall abgemeldet.")
        % {"name": person.name},
    )
    return redirect("desk:staff" if desk.can("staff.manage") else "desk:substitutes")


def _may_reset(request: DeskRequest, person: StaffMember) -> bool:
    desk = request.desk
    if desk.can("staff.manage"):
        return True
    # A head answers for clerks, not for those who run or design the whole.
    rows = list(person.memberships.select_related("office"))
    beyond = permissions.TOWN_WIDE_ROLES | {Role.OPERATOR, Role.DESIGNER}
    if any(row.role in beyond for row in rows):
        return False
    return bool(rows) and all(desk.can("staff.reset", _cached(row.office)) for row in rows)


def _cached(office: Office) -> Office:
    """With the offices above at hand."""
    return queries.office(office.key)


def _directories() -> set[str]:
    """Keys of directories that are set up; one that was given up renews no roles any more."""
    return {source.key for source in config.for_staff()}


def _person(ident: uuid.UUID) -> StaffMember:
    found = StaffMember.objects.select_related("user", "substitute").filter(public_id=ident).first()
    if found is None:
        raise Http404
    return found


def _membership(request: DeskRequest) -> tuple[Office, str]:
    """The office and role chosen. Raises: ValidationError."""
    try:
        office = queries.office(params.text(request.POST, "office", 60))
        role = Role(params.text(request.POST, "role", 20))
    except (Office.DoesNotExist, ValueError):
        raise ValidationError({"office": _("Bitte wählen Sie Amt und Rolle.")}) from None
    return office, str(role)


def _choices() -> dict[str, Any]:
    return {"offices": queries.offices(), "roles": Role.choices}


def _sentences(error: ValidationError) -> dict[str, str]:
    if hasattr(error, "error_dict"):
        return {name: str(texts[0]) for name, texts in error.message_dict.items()}
    return {"login": str(error.messages[0])}
