"""The second step of the log-in: prove a factor, or set up the first one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from rathaus.accounts.staff import factors, passkeys
from rathaus.core import ratelimit
from rathaus.core.models import User
from rathaus.desk import entry, params, setup
from rathaus.theme.views import too_many

TRIES = 8
PER = timedelta(minutes=15)
View = Callable[..., HttpResponse]


def under_way(view: View) -> View:
    """Only for somebody whose first factor was right; and only on the page that comes next."""

    @wraps(view)
    def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        here = entry.half(request)
        if here is None:
            return redirect("desk:login")
        name = f"desk:{request.resolver_match.url_name}" if request.resolver_match else ""
        wanted = entry.missing(here)
        if wanted != name.removesuffix("_file"):
            return entry.go_on(request, here)
        response = view(request, here, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return never_cache(sensitive_post_parameters()(check))


def may_try(user: User) -> bool:
    """Count one try to prove a factor; over the limit even the right code does not count."""
    return ratelimit.allow("desk-factor", str(user.pk), limit=TRIES, per=PER)


@require_http_methods(["GET", "POST"])
@under_way
def prove(request: HttpRequest, here: entry.Half) -> HttpResponse:
    """A code from the app, a recovery code, or a passkey."""
    error = ""
    if request.method == "POST":
        if not may_try(here.user):
            return too_many(request, retry_minutes=15)
        how, error = tried(request, here)
        if how:
            ratelimit.reset("desk-factor", str(here.user.pk))
            entry.prove(request, how)
            return entry.go_on(request, entry.Half(here.staff, here.source, how))
    context = {"error": error, "name": here.staff.name, "question": question(here.user)}
    return render(request, "desk/second_step.html", context, status=422 if error else 200)


def tried(request: HttpRequest, here: entry.Half) -> tuple[str, str]:
    """(factor that was proved, "") or ("", what to tell)."""
    if answer := request.POST.get("credential", ""):
        try:
            passkeys.proved(here.user, answer)
        except passkeys.NotAccepted:
            return "", _("Der Passkey wurde nicht erkannt. Bitte versuchen Sie es noch einmal.")
        return factors.PASSKEY, ""
    code = params.text(request.POST, "code", 40)
    if not code:
        return "", _("Bitte geben Sie einen Code ein.")
    how = factors.check(here.user, code, staff=here.staff, actor=here.actor)
    wrong = _(
        "Dieser Code gilt nicht. Nehmen Sie den Code, den die App jetzt zeigt. Jeder gilt nur "
        "einmal."
    )
    return how, "" if how else wrong


def question(user: User) -> dict[str, Any]:
    """What the browser asks a passkey; empty where there is none."""
    return passkeys.to_prove(user) if factors.has_passkey(user) else {}


@require_http_methods(["GET", "POST"])
@under_way
def enrol(request: HttpRequest, here: entry.Half) -> HttpResponse:
    """The first factor of somebody who has none: nothing else opens before."""
    error = ""
    if request.method == "POST":
        if not may_try(here.user):
            return too_many(request, retry_minutes=15)
        how, error = setup.kept(request, here.staff, here.actor)
        if how:
            factors.new_codes(staff=here.staff, actor=here.actor)
            entry.prove(request, how)
            return redirect("desk:enrol_codes")
    context = {"error": error, "staff": here.staff, **setup.context(request, here.staff)}
    return render(request, "desk/enrol.html", context, status=422 if error else 200)


@require_http_methods(["GET", "POST"])
@under_way
def codes(request: HttpRequest, here: entry.Half) -> HttpResponse:
    """Recovery codes, shown until they were kept."""
    error = ""
    if request.method == "POST":
        if request.POST.get("kept") == "yes":
            factors.codes_kept(here.user)
            return entry.go_on(request, here)
        error = _("Bitte bestätigen Sie, dass Sie die Codes aufbewahren.")
    shown = factors.unseen_codes(here.user) or factors.new_codes(staff=here.staff, actor=here.actor)
    context = {"codes": shown, "error": error}
    return render(request, "desk/enrol_codes.html", context, status=422 if error else 200)


@require_safe
@under_way
def codes_file(request: HttpRequest, here: entry.Half) -> HttpResponse:
    """The recovery codes as a text file."""
    return setup.as_file(factors.unseen_codes(here.user), here.staff)
