"""Signing in and out, and the password."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from rathaus.core import ratelimit
from rathaus.core.clock import now
from rathaus.core.middleware import sender_key
from rathaus.core.models import User
from rathaus.desk import params
from rathaus.desk.access import SEEN, DeskRequest
from rathaus.organisation import actions as organisation_actions
from rathaus.organisation import queries as organisation
from rathaus.theme.views import too_many

PER = timedelta(minutes=15)
TRIES_PER_LOGIN = 10
"""For one name from one address."""
TRIES_FOR_NAME = 100
"""For one name from all addresses: enough that nobody locks a colleague out from elsewhere with a
few wrong passwords, and few enough against guessing (NIST SP 800-63B, 5.2.2)."""
TRIES_PER_ADDRESS = 60
LONGEST_PASSWORD = 1000
"""Longer ones would only cost hashing time."""


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The log-in page. The error is the same whatever was wrong."""
    target = _target(request)
    if request.method != "POST":
        if isinstance(request.user, User) and organisation.staff_of(request.user):
            return redirect(target or "desk:basket")
        return render(request, "desk/login.html", {"next": target})
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
    user = _check(request, name, password)
    if user is None:
        context = {"next": target, "login": name, "failed": True}
        return render(request, "desk/login.html", context, status=422)
    ratelimit.reset("desk-login", f"{name} {address}")
    login(request, user)
    request.session[SEEN] = int(now().timestamp())
    return redirect(target or "desk:basket")


def _check(request: HttpRequest, name: str, password: str) -> User | None:
    if not name or not password or len(password) > LONGEST_PASSWORD:
        return None
    user = authenticate(request, username=name, password=password)
    if not isinstance(user, User) or organisation.staff_of(user) is None:
        return None
    return user


def _target(request: HttpRequest) -> str:
    """Where to go afterwards: only into our own desk."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    inside = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    home = reverse("desk:basket")
    return wanted if inside and wanted.startswith(home) and len(wanted) < 2000 else ""


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
            return redirect("desk:basket" if request.desk.can("case.view") else "desk:password")
    context = {"errors": errors, "nav_current": "password"}
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
    return {}
