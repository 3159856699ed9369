"""Signing in with a password, which is the first of two steps; signing out; a new password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from rathaus.accounts.sources import config
from rathaus.accounts.staff import directory, sessions
from rathaus.core import ratelimit
from rathaus.core.middleware import content_security_policy, sender_key
from rathaus.core.models import User
from rathaus.desk import entry, params
from rathaus.desk.access import DeskRequest
from rathaus.organisation import actions as organisation_actions
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import StaffMember
from rathaus.theme.views import too_many

PER = timedelta(minutes=15)
TRIES_PER_LOGIN = 10
"""For one name from one address."""
TRIES_FOR_NAME = 100
"""For one name from all addresses: enough that nobody locks a colleague out from elsewhere with a
few wrong passwords, and few enough against guessing (NIST SP 800-63B, 5.2.2)."""
TRIES_PER_ADDRESS = 60
"""Wrong ones: in the morning a whole town hall comes from one address."""
LONGEST_PASSWORD = 1000
"""Longer ones would only cost hashing time."""


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The log-in page. The error is the same whatever was wrong."""
    if request.method != "POST":
        user = request.user
        if isinstance(user, User) and entry.has_proved(request, user):
            return redirect("desk:basket")
        return _page(request)
    name = params.text(request.POST, "login", 254).lower()
    password = request.POST.get("password", "")
    # Per name against guessing one person's password, per address against trying many names.
    address = sender_key(request)
    limits = (
        ("desk-login", f"{name} {address}", TRIES_PER_LOGIN),
        ("desk-login-address", address, TRIES_PER_ADDRESS),
        ("desk-login-name", name, TRIES_FOR_NAME),
    )
    for bucket, key, limit in limits:
        if not ratelimit.allow(bucket, key, limit=limit, per=PER):
            return too_many(request, retry_minutes=15)
    staff = _check(request, name, password)
    if staff is None:
        return _page(request, login=name, failed=True)
    ratelimit.reset("desk-login", f"{name} {address}")
    ratelimit.give_back("desk-login-address", address, per=PER)
    if not directory.password_allowed(staff, known={one.key for one in config.for_staff()}):
        return _page(request, login=name, by_directory=True)
    entry.begin(request, staff, source=entry.LOCAL)
    here = entry.half(request)
    return entry.go_on(request, here) if here else _page(request, failed=True)


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    context = {"sources": config.for_staff(), **more}
    response = render(request, "desk/login.html", context, status=422 if more else 200)
    targets = [origin for source in config.for_staff() for origin in source.form_targets]
    if targets:
        response["Content-Security-Policy"] = content_security_policy(*targets)
    return response


def _check(request: HttpRequest, name: str, password: str) -> StaffMember | None:
    if not name or not password or len(password) > LONGEST_PASSWORD:
        return None
    user = authenticate(request, username=name, password=password)
    staff = organisation.staff_of(user) if isinstance(user, User) else None
    if staff is not None and isinstance(user, User):
        staff.user = user
    return staff


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.success(request, _("Sie sind abgemeldet."))
    return redirect("desk:login")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: DeskRequest) -> HttpResponse:
    """A new password, after the old one."""
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        errors = _change(request)
        if not errors:
            messages.success(request, _("Das neue Kennwort gilt ab sofort."))
            return redirect("desk:security")
    context = {"errors": errors, "nav_current": "security"}
    return render(request, "desk/password.html", context, status=422 if errors else 200)


def _change(request: DeskRequest) -> dict[str, list[str]]:
    desk = request.desk
    user = desk.staff.user
    old, new = request.POST.get("old", ""), request.POST.get("new", "")
    if not ratelimit.allow("desk-password", str(user.pk), limit=TRIES_PER_LOGIN, per=PER):
        return {"old": [_("Zu viele Versuche. Bitte warten Sie eine Viertelstunde.")]}
    if len(old) > LONGEST_PASSWORD or not user.check_password(old):
        return {"old": [_("Das bisherige Kennwort stimmt nicht.")]}
    if new != request.POST.get("again", ""):
        return {"again": [_("Die beiden neuen Kennwörter sind verschieden.")]}
    if len(new) > LONGEST_PASSWORD:
        return {"new": [_("Das Kennwort ist zu lang.")]}
    try:
        organisation_actions.set_password(staff=desk.staff, password=new, actor=desk.actor())
    except ValidationError as error:
        return {"new": list(error.messages)}
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    sessions.note(request)
    sessions.end_all(user, but=request.session.session_key or "")
    return {}
