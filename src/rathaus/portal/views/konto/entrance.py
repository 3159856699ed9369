"""Log-in and sign-out."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from allauth.account import views as account
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.base import views as factor
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from rathaus.accounts import signing, ways
from rathaus.accounts.middleware import ENDED
from rathaus.accounts.models import Account
from rathaus.accounts.sources import config
from rathaus.portal import grants
from rathaus.portal.access import never_stored
from rathaus.portal.views.area.guard import account_of
from rathaus.portal.views.konto.pages import Page
from rathaus.proceedings.models import Application, Draft


class LoginView(Page, account.LoginView):
    """The sources first, then e-mail and password, then the passkey."""

    template_name = "portal/konto/login.html"
    bucket: ClassVar[str] = "konto-login"
    limit: ClassVar[int] = 120
    here: ClassVar[Any] = gettext_lazy("Anmelden")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ended = self.request.session.pop(ENDED, False) if _has_cookie(self.request) else False
        more = {"sources": config.for_residents(), "ended": ended}
        return {**super().get_context_data(**kwargs), **more}


class SecondStepView(Page, factor.AuthenticateView):
    """The code from the app, a recovery code or a passkey, after the password."""

    template_name = "portal/konto/second_step.html"
    bucket: ClassVar[str] = "konto-second-step"
    here: ClassVar[Any] = gettext_lazy("Anmelden")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        form = self.webauthn_form if self.webauthn_form.is_bound else found["form"]
        account = Account.objects.get(user_id=self.stage.login.user.pk)
        return {
            **found,
            "form": form,
            "code_form": found["form"],
            "has_passkey": bool(ways.passkeys(account)),
        }


class PasskeyLoginView(Page, webauthn.LoginWebAuthnView):
    """The passkey script asks for a challenge and sends the answer as a form."""

    template_name = "portal/konto/login.html"
    bucket: ClassVar[str] = "konto-passkey"
    limit: ClassVar[int] = 120


@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """Begin anew: forget a log-in or registration under way."""
    clear_login(request)
    request.session.pop("account_email_verification_code", None)
    return never_stored(redirect("portal:login"))


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session; this browser forgets drafts and applications of the account too."""
    account = account_of(request)
    response = redirect("portal:login")
    if account is not None:
        UserSession.objects.filter(
            user_id=account.user_id, session_key=request.session.session_key
        ).delete()
        if owned := _owned(request, account):
            grants.drop(request, response, *owned)
    signing.sign_out(request)
    messages.success(request, _("Sie sind abgemeldet."))
    return never_stored(response)


def _owned(request: HttpRequest, account: Account) -> list[uuid.UUID]:
    """What the grants of this browser open that belongs to the account."""
    drafts = Draft.objects.filter(
        account=account, public_id__in=grants.ids(request, grants.DRAFT)
    ).values_list("public_id", flat=True)
    applications = Application.objects.filter(
        account=account, public_id__in=grants.ids(request, grants.APPLICATION)
    ).values_list("public_id", flat=True)
    return [*drafts, *applications]


def _has_cookie(request: HttpRequest) -> bool:
    return bool(request.session.session_key)
