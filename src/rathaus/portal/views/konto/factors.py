"""Passkeys, codes from an app, recovery codes."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.signals import authenticator_removed
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth as webauthn_auth
from allauth.mfa.webauthn.internal import flows as webauthn_flows
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from rathaus.accounts import ways
from rathaus.organisation import queries as organisation
from rathaus.portal.views.area.guard import signed_in
from rathaus.portal.views.konto.pages import SecurityPage, security_frame

SHOWN_FOR = 10 * 60
"""Seconds after the first look in which the codes can still be saved as a file."""


class AddPasskeyView(SecurityPage, webauthn.AddWebAuthnView):
    """Always one that logs in by itself (discoverable, with PIN or fingerprint)."""

    template_name = "portal/konto/passkey_add.html"
    here: ClassVar[Any] = gettext_lazy("Passkey anlegen")
    success_url = reverse_lazy("portal:security")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        options = webauthn_auth.begin_registration(self.account.user, True)
        return {**found, "form": self.get_form(), "passkey_options": options}

    def form_valid(self, form: Any) -> HttpResponse:
        user = self.account.user
        webauthn_flows.signup_authenticator(
            self.request, user, form.cleaned_data["name"], form.cleaned_data["credential"]
        )
        get_adapter(self.request).send_notification_mail("mfa/email/webauthn_added", user)
        return redirect("portal:security")


class RenamePasskeyView(SecurityPage, webauthn.EditWebAuthnView):
    """Another name."""

    template_name = "portal/konto/passkey_rename.html"
    here: ClassVar[Any] = gettext_lazy("Passkey umbenennen")
    success_url = reverse_lazy("portal:security")


class RemovePasskeyView(SecurityPage, webauthn.RemoveWebAuthnView):
    """Never the last way in."""

    template_name = "portal/konto/passkey_remove.html"
    here: ClassVar[Any] = gettext_lazy("Passkey löschen")
    success_url = reverse_lazy("portal:security")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        return {
            **found,
            "name": self.object.wrap().name,
            "is_last": ways.count(self.account) < 2,
        }

    def form_valid(self, form: Any) -> HttpResponse:
        row = self.get_object()
        try:
            ways.remove_passkey(account=self.account, authenticator=row)
        except ways.LastWayIn:
            text = _("Das ist Ihr einziger Weg ins Konto. Legen Sie zuerst einen anderen an.")
            messages.error(self.request, text)
            return redirect("portal:security")
        _removed(self.request, row, "mfa/email/webauthn_removed")
        messages.success(self.request, _("Der Passkey ist gelöscht."))
        return redirect("portal:security")


class AppOnView(SecurityPage, totp.ActivateTOTPView):
    """Codes from an app as second step after the password."""

    template_name = "portal/konto/app_on.html"
    here: ClassVar[Any] = gettext_lazy("App einrichten")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        secret: str = found["form"].secret
        groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
        return {**found, "secret_shown": " ".join(groups)}

    def get_success_url(self) -> str:
        return str(reverse_lazy("mfa_view_recovery_codes"))


class AppOffView(SecurityPage, totp.DeactivateTOTPView):
    """Without the app the recovery codes have nothing to stand in for."""

    template_name = "portal/konto/app_off.html"
    here: ClassVar[Any] = gettext_lazy("App ausschalten")
    success_url = reverse_lazy("portal:security")

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        kind = Authenticator.Type.RECOVERY_CODES
        Authenticator.objects.filter(user_id=self.account.user_id, type=kind).delete()
        return response


class NewCodesView(SecurityPage, recovery.GenerateRecoveryCodesView):
    """New recovery codes; the old ones end."""

    template_name = "portal/konto/codes_new.html"
    here: ClassVar[Any] = gettext_lazy("Ersatzcodes")


@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    """The recovery codes, once."""
    row = _codes(request)
    wrapped = row.wrap()
    shown_before = wrapped.did_view
    wrapped.mark_as_viewed()
    found = wrapped.get_unused_codes()
    facts = {
        "codes": [] if shown_before else found,
        "codes_left": len(found),
        "can_save": _can_save(row),
        "konto_here": _("Ersatzcodes"),
        **security_frame(),
    }
    return render(request, "portal/konto/codes.html", facts)


@require_safe
def codes_file(request: HttpRequest) -> HttpResponse:
    """The same as a text file, shortly after they were shown."""
    row = _codes(request)
    if not _can_save(row):
        raise Http404
    town = organisation.town()
    lines = [
        _("Ersatzcodes für Ihr Servicekonto"),
        town.full_name,
        "",
        *row.wrap().get_unused_codes(),
        "",
        _("Jeder Code gilt einmal. Bewahren Sie die Liste so auf wie ein Sparbuch."),
    ]
    response = HttpResponse("\r\n".join(lines) + "\r\n", content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="ersatzcodes.txt"'
    return response


def _codes(request: HttpRequest) -> Authenticator:
    """Raises: Http404 where there are none."""
    kind = Authenticator.Type.RECOVERY_CODES
    user_id = signed_in(request).user_id
    row = Authenticator.objects.filter(user_id=user_id, type=kind).first()
    if row is None:
        raise Http404
    return row


def _can_save(row: Authenticator) -> bool:
    seen = float(row.data.get("viewed_at") or 0)
    return time.time() - seen < SHOWN_FOR


def _removed(request: HttpRequest, row: Authenticator, mail: str) -> None:
    user = signed_in(request).user
    authenticator_removed.send(sender=Authenticator, request=request, user=user, authenticator=row)
    get_adapter(request).send_notification_mail(mail, user)
