"""Anmeldung und Sicherheit: the own factors, recovery codes, password and open log-ins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.accounts.sources import config
from rathaus.accounts.staff import factors, sessions
from rathaus.core import ratelimit
from rathaus.desk import entry, setup
from rathaus.desk.access import DeskRequest
from rathaus.desk.views import second
from rathaus.theme.views import too_many

FRESH = timedelta(minutes=15)
"""Changes to the log-in need a factor proved not longer ago than this."""
NAV = {"nav_current": "security"}
View = Callable[..., HttpResponse]


def fresh(view: View) -> View:
    """An open desk that somebody walked away from must not give away the log-in."""

    @wraps(view)
    def check(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not entry.has_proved(request, request.desk.staff.user, within=FRESH):
            return redirect("desk:security_confirm")
        return view(request, *args, **kwargs)

    return check


@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """Everything about the own log-in."""
    staff = request.desk.staff
    key = request.session.session_key or ""
    directories = [source for source in config.for_staff() if source.key != staff.directory]
    context = {
        **NAV,
        "factors": factors.of(staff.user),
        "codes_left": factors.codes_left(staff.user),
        "sessions": sessions.of(staff.user, current_key=key),
        "has_password": staff.user.has_usable_password(),
        "directory": next((s for s in config.for_staff() if s.key == staff.directory), None),
        "webdav": settings.RATHAUS_WEBDAV,
        "directories": [] if staff.directory else directories,
    }
    return render(request, "desk/security.html", context)


@require_http_methods(["GET", "POST"])
def confirm(request: DeskRequest) -> HttpResponse:
    """Prove a factor once more."""
    error, staff = "", request.desk.staff
    if request.method == "POST":
        if not second.may_try(staff.user):
            return too_many(request, retry_minutes=15)
        how, error = second.tried(request, entry.Half(staff, entry.LOCAL, ""))
        if how:
            ratelimit.reset("desk-factor", str(staff.user_id))
            request.session.cycle_key()
            sessions.note(request)
            entry.mark_proved(request, staff.user, how)
            messages.success(request, _("Danke. Sie können Ihre Anmeldung jetzt ändern."))
            return redirect("desk:security")
    context = {
        **NAV,
        "error": error,
        "question": second.question(staff.user),
        "has_factor": factors.has_any(staff.user),
    }
    return render(request, "desk/security_confirm.html", context, status=422 if error else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@fresh
def add(request: DeskRequest) -> HttpResponse:
    """Another app or passkey."""
    error, staff = "", request.desk.staff
    if request.method == "POST":
        if not second.may_try(staff.user):
            return too_many(request, retry_minutes=15)
        how, error = setup.kept(request, staff, request.desk.actor())
        if how:
            messages.success(request, _("Der zweite Faktor ist eingerichtet."))
            return redirect("desk:security")
    has_app = any(one.kind == factors.TOTP_KIND for one in factors.of(staff.user))
    context = {**NAV, "error": error, "has_app": has_app, **setup.context(request, staff)}
    return render(request, "desk/security_add.html", context, status=422 if error else 200)


@require_POST
@fresh
def remove(request: DeskRequest, pk: int) -> HttpResponse:
    """Remove a factor, never the last one."""
    desk = request.desk
    try:
        found = pk < 2**62 and factors.remove(staff=desk.staff, factor_id=pk, actor=desk.actor())
    except factors.LastFactor:
        messages.error(
            request,
            _("Das ist Ihr einziger zweiter Faktor. Richten Sie erst einen anderen ein."),
        )
        return redirect("desk:security")
    if not found:
        raise Http404
    messages.success(request, _("Der zweite Faktor ist entfernt."))
    return redirect("desk:security")


@require_http_methods(["GET", "POST"])
@fresh
def codes(request: DeskRequest) -> HttpResponse:
    """New recovery codes, shown until they were kept."""
    staff, error = request.desk.staff, ""
    if request.method == "POST" and request.POST.get("new") == "yes":
        factors.new_codes(staff=staff, actor=request.desk.actor())
        return redirect("desk:security_codes")
    shown = factors.unseen_codes(staff.user)
    if request.method == "POST" and request.POST.get("kept") == "yes":
        factors.codes_kept(staff.user)
        messages.success(request, _("Die neuen Ersatzcodes gelten ab sofort."))
        return redirect("desk:security")
    if request.method == "POST":
        error = _("Bitte bestätigen Sie, dass Sie die Codes aufbewahren.")
    if not shown:
        return redirect("desk:security")
    context = {**NAV, "codes": shown, "error": error}
    return render(request, "desk/security_codes.html", context, status=422 if error else 200)


@require_safe
@fresh
def codes_file(request: DeskRequest) -> HttpResponse:
    """The new recovery codes as a text file."""
    shown = factors.unseen_codes(request.desk.staff.user)
    if not shown:
        raise Http404
    return setup.as_file(shown, request.desk.staff)


@require_POST
def end_session(request: DeskRequest, pk: int) -> HttpResponse:
    """Sign out another browser."""
    if not (pk < 2**62 and sessions.end(request.desk.staff.user, session_id=pk)):
        raise Http404
    messages.success(request, _("Dieses Gerät ist abgemeldet."))
    return redirect("desk:security")


@require_POST
def end_others(request: DeskRequest) -> HttpResponse:
    """Sign out all other browsers."""
    key = request.session.session_key or ""
    count = sessions.end_all(request.desk.staff.user, but=key)
    text = ngettext("%(n)s Gerät ist abgemeldet.", "%(n)s Geräte sind abgemeldet.", count)
    messages.success(request, text % {"n": count})
    return redirect("desk:security")
