"""Passwords of devices, and opening a draft in an office program."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.accounts.staff import directory
from rathaus.core.clock import now
from rathaus.desk import params
from rathaus.desk.access import DeskRequest
from rathaus.desk.views.plan import things
from rathaus.desk.views.plan.cases import crumbs
from rathaus.desk.views.security import fresh
from rathaus.desk.webdav import locks, offices, passwords
from rathaus.records import permissions

NAV = {"nav_current": "security"}


def _only_if_on() -> None:
    if not settings.RATHAUS_WEBDAV:
        raise Http404


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The own passwords, and how to connect the drive."""
    _only_if_on()
    staff = request.desk.staff
    rows = passwords.of(staff)
    context: dict[str, Any] = {
        **NAV,
        "rows": [{"row": row, "is_over": row.expires_at <= now()} for row in rows],
        "address": offices.root(),
        "login": staff.user.login,
        "most": passwords.MOST,
        "by_directory": directory.depends_on_it(staff),
        "is_full": sum(row.expires_at > now() for row in rows) >= passwords.MOST,
    }
    return render(request, "desk/webdav/passwords.html", context)


@require_http_methods(["GET", "POST"])
@fresh
def create(request: DeskRequest) -> HttpResponse:
    """A new password, shown in this answer only."""
    _only_if_on()
    error = ""
    typed = params.text(request.POST, "device", 60)
    if request.method == "POST":
        try:
            if not typed:
                error = _("Bitte geben Sie dem Gerät einen Namen.")
            else:
                row, secret = passwords.make(
                    staff=request.desk.staff, name=typed, actor=request.desk.actor()
                )
                context = {
                    **NAV,
                    "row": row,
                    "secret": secret,
                    "login": request.desk.staff.user.login,
                    "address": offices.root(),
                }
                return render(request, "desk/webdav/created.html", context)
        except passwords.TooMany:
            error = _("Sie haben schon %(n)s Gerätekennwörter. Entziehen Sie erst eines.")
            error %= {"n": passwords.MOST}
    context = {**NAV, "typed": typed, "errors": {"device": error} if error else {}}
    return render(request, "desk/webdav/new.html", context, status=422 if error else 200)


@require_POST
def end(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The device gets in no more."""
    _only_if_on()
    desk = request.desk
    if not passwords.end(staff=desk.staff, ident=ident, actor=desk.actor()):
        raise Http404
    messages.success(request, _("Dieses Gerät kommt nicht mehr hinein."))
    return redirect("desk:device_passwords")


@require_safe
def open_draft(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """Addresses that open a draft in Word or LibreOffice, and what they need."""
    _only_if_on()
    draft = things.draft(request, ident)
    staff = request.desk.staff
    context = {
        "nav_current": "files",
        "draft": draft,
        "crumbs": crumbs(draft.case),
        "ways": offices.ways(draft),
        "can_write": draft.case.state == "open"
        and permissions.may_write(staff, draft.case.dossier),
        "holder": locks.holders([draft.public_id]).get(draft.public_id, ""),
        "has_password": any(row.expires_at > now() for row in passwords.of(staff)),
        "login": staff.user.login,
    }
    return render(request, "desk/webdav/open.html", context)
