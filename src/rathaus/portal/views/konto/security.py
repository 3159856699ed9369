""" "Anmeldung und Sicherheit": everything about the ways in, on one page."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import views as account_views
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from rathaus.accounts import devices, factors, ways
from rathaus.accounts.models import Account
from rathaus.portal.views.area.guard import account_required, signed_in
from rathaus.portal.views.konto.pages import SecurityPage


@require_safe
@account_required
def overview(request: HttpRequest) -> HttpResponse:
    """Address, password, passkeys, app, recovery codes, devices."""
    account = signed_in(request)
    key = request.session.session_key or ""
    facts = {
        "konto_current": "security",
        "konto_here": _("Anmeldung und Sicherheit"),
        "address": ways.confirmed_address(account),
        "has_password": ways.has_password(account),
        "passkeys": [_passkey(row) for row in ways.passkeys(account)],
        "has_app": factors.has_totp(account.user),
        "codes_left": codes_left(account),
        "devices": devices.of(account, current_key=key),
        "identities": account.identities.all(),
        "ways": ways.count(account),
    }
    return render(request, "portal/konto/security.html", facts)


@require_POST
@account_required
def end_device(request: HttpRequest, device_id: int) -> HttpResponse:
    """Log one other browser out."""
    if devices.end(signed_in(request), device_id=device_id):
        messages.success(request, _("Das Gerät ist abgemeldet."))
    return redirect("portal:security")


@require_POST
@account_required
def end_others(request: HttpRequest) -> HttpResponse:
    """Log all other browsers out."""
    devices.end_others(signed_in(request), current_key=request.session.session_key or "")
    messages.success(request, _("Alle anderen Geräte sind abgemeldet."))
    return redirect("portal:security")


class AddressView(SecurityPage, account_views.EmailView):
    """Another address to log in with; it counts once its code was typed."""

    template_name = "portal/konto/address.html"
    bucket: ClassVar[str] = "konto-address"
    limit: ClassVar[int] = 15
    here: ClassVar[Any] = gettext_lazy("E-Mail-Adresse ändern")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Only ever "add": the other buttons of allauth's page do not exist here."""
        form = self.get_form()
        found: HttpResponseBase = (
            self.form_valid(form) if form.is_valid() else self.form_invalid(form)
        )
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        return {**found, "address": ways.confirmed_address(self.account)}


def codes_left(account: Account) -> int:
    """Recovery codes nobody used yet."""
    kind = Authenticator.Type.RECOVERY_CODES
    row = Authenticator.objects.filter(user_id=account.user_id, type=kind).first()
    return len(row.wrap().get_unused_codes()) if row else 0


def _passkey(row: Authenticator) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.wrap().name,
        "since": row.created_at,
        "used": row.last_used_at,
    }
