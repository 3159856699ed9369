"""Before something that matters: show once more that it is you."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn_auth
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rathaus.accounts import assurance, factors, ways
from rathaus.accounts.adapter import local_proof
from rathaus.core.clock import now
from rathaus.portal import limits
from rathaus.portal.access import never_stored
from rathaus.portal.account_forms import (
    ConfirmCodeForm,
    ConfirmPasskeyForm,
    ConfirmPasswordForm,
)
from rathaus.portal.views.area.guard import account_required, signed_in
from rathaus.portal.views.konto.pages import security_frame
from rathaus.theme.views import too_many

FRESH = timedelta(minutes=15)
AFTER_CONFIRM = "after_confirm"
"""Key in the session: ``{"view", "args"}`` of the page that asked for it."""
PAGES = frozenset(
    {
        "account_email", "account_set_password", "mfa_add_webauthn", "mfa_edit_webauthn",
        "mfa_remove_webauthn", "mfa_activate_totp", "mfa_deactivate_totp",
        "mfa_generate_recovery_codes", "mfa_view_recovery_codes", "portal:identities",
        "portal:merge", "portal:identity_ready", "mfa_download_recovery_codes",
        "portal:close_account", "portal:export", "portal:export_progress",
    }
)  # fmt: skip
PAGE_OF = {
    "portal:export_download": "portal:export_progress",
    "portal:identity_add": "portal:identities",
    "portal:identity_unlink": "portal:identities",
}
"""Where somebody goes on who wanted a file, or sent a form too late."""
TAKES_ARGUMENTS = frozenset({"mfa_edit_webauthn", "mfa_remove_webauthn", "portal:export_progress"})
View = Callable[..., HttpResponseBase]


def is_fresh(request: HttpRequest) -> bool:
    """Whether somebody logged in or confirmed within the last quarter of an hour."""
    limit = now() - FRESH
    proofs = assurance.current(request).proofs
    return any(proof.own and proof.authenticated_at >= limit for proof in proofs)


def fresh(view: View) -> Callable[..., HttpResponse]:
    """For sensitive changes: logged in, and shown again within the last quarter of an hour."""

    @wraps(view)
    @account_required
    def guarded(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_fresh(request):
            return view(request, *args, **kwargs)  # type: ignore[return-value]
        match = request.resolver_match
        if match is not None:
            names = {key: str(value) for key, value in match.kwargs.items()}
            request.session[AFTER_CONFIRM] = {"view": match.view_name, "args": names}
        if request.method == "POST":
            text = _("Bitte bestätigen Sie zuerst, dass Sie es sind. Es wurde nichts geändert.")
            messages.warning(request, text)
        response = redirect("account_reauthenticate")
        response.status_code = 303
        return response

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def confirm(request: HttpRequest) -> HttpResponse:
    """Password, code or passkey; whoever has none of them uses a linked account again."""
    if is_fresh(request) and request.method != "POST":
        return redirect(_wanted(request))
    account = signed_in(request)
    user = account.user
    forms: dict[str, Any] = {}
    if ways.has_password(account):
        forms["password"] = ConfirmPasswordForm
    if ways.passkeys(account):
        forms["passkey"] = ConfirmPasskeyForm
    if factors.has_totp(user):
        forms["code"] = ConfirmCodeForm
    method = request.POST.get("method", "")
    bound = {}
    for name, make in forms.items():
        bound[name] = make(request.POST, user=user) if name == method else make(user=user)
    if request.method == "POST" and method in bound:
        if not limits.allow_form(request, "konto-confirm-self"):
            return too_many(request, retry_minutes=30)
        if bound[method].is_valid():
            if hasattr(bound[method], "save"):
                bound[method].save()
            assurance.raise_to(request, local_proof(_name(bound[method])), account=account)
            return redirect(_wanted(request))
    facts: dict[str, Any] = {"forms": bound, "form": bound.get(method), "identities": []}
    if "passkey" in bound:
        facts["passkey_options"] = webauthn_auth.begin_authentication(user)
    facts["identities"] = account.identities.all()
    frame = {**security_frame(), "konto_here": _("Bestätigen")}
    return never_stored(render(request, "portal/konto/confirm.html", {**facts, **frame}))


def _wanted(request: HttpRequest) -> str:
    """The page that asked, from our list; else the overview."""
    wanted = request.session.pop(AFTER_CONFIRM, None)
    name = str(wanted.get("view")) if isinstance(wanted, dict) else ""
    name = PAGE_OF.get(name, name)
    if name in PAGES:
        try:
            return reverse(name, kwargs=wanted.get("args") if name in TAKES_ARGUMENTS else None)
        except NoReverseMatch:
            pass
    return reverse("portal:security")


def _name(form: Any) -> str:
    if isinstance(form, ConfirmPasskeyForm):
        return "passkey"
    if isinstance(form, ConfirmCodeForm):
        kind = form.authenticator.type
        return "totp" if kind == Authenticator.Type.TOTP else "recovery_codes"
    return "password"
