"""Registering: with password or passkey, then the code from the mail."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import views as account
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rathaus.accounts import terms
from rathaus.portal.views.konto.pages import Page, security_frame


class SignupView(Page, account.SignupView):
    """E-mail and password."""

    template_name = "portal/konto/register.html"
    bucket: ClassVar[str] = "konto-register"
    limit: ClassVar[int] = 60
    here: ClassVar[Any] = gettext_lazy("Konto eröffnen")

    def get_initial(self) -> dict[str, Any]:
        return {}  # nothing out of the address

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "terms_text": terms.TEXT}


class SignupByPasskeyView(SignupView, account.SignupByPasskeyView):
    """E-mail only; the passkey is made once the address is confirmed."""

    template_name = "portal/konto/register_passkey.html"


class SignupPasskeyView(Page, webauthn.SignupWebAuthnView):
    """Making the passkey, after the address was confirmed."""

    template_name = "portal/konto/register_passkey_add.html"
    here: ClassVar[Any] = gettext_lazy("Konto eröffnen")


class ConfirmAddressView(Page, account.ConfirmEmailVerificationCodeView):
    """The code that went to the address: of a registration, or of a new address."""

    template_name = "portal/konto/confirm_address.html"
    bucket: ClassVar[str] = "konto-confirm"
    here: ClassVar[Any] = gettext_lazy("E-Mail-Adresse bestätigen")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        return found | security_frame() if self.request.user.is_authenticated else found

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super()._resend_form_valid(form)
        messages.info(self.request, _("Wir haben noch einen Code verschickt."))
        return response
