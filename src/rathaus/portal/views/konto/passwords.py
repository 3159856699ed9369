"""Passwords: forgotten, changed, first one."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import views as account
from allauth.account.internal.flows.password_reset_by_code import (
    PasswordResetVerificationProcess,
)
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy

from rathaus.accounts import assurance, devices, ways
from rathaus.accounts.models import Account
from rathaus.core.secrets import digest
from rathaus.portal.views.konto.pages import Page, SecurityPage

MARK = "password_reset_mark"
"""Key in the session: the password that was there when the code was asked for."""


class ResetView(Page, account.PasswordResetView):
    """Where to send the code. The answer is the same whoever asks for whom."""

    template_name = "portal/konto/password_reset.html"
    bucket: ClassVar[str] = "konto-reset"
    limit: ClassVar[int] = 15
    here: ClassVar[Any] = gettext_lazy("Passwort vergessen")

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.users[0] if form.users else None
        self.request.session[MARK] = _mark(user)
        response: HttpResponse = super().form_valid(form)
        return response


class _AfterReset(Page):
    """A code asked for before the password changed is worth nothing any more."""

    here: ClassVar[Any] = gettext_lazy("Passwort vergessen")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        process = PasswordResetVerificationProcess.resume(request)
        if process and process.user and request.session.get(MARK) != _mark(process.user):
            process.abort()
            return redirect("account_reset_password")
        return super().dispatch(request, *args, **kwargs)


class ResetCodeView(_AfterReset, account.ConfirmPasswordResetCodeView):
    """The code."""

    template_name = "portal/konto/password_reset_code.html"
    bucket: ClassVar[str] = "konto-reset-code"


class ResetCompleteView(_AfterReset, account.CompletePasswordResetView):
    """The new password; nobody is logged in by it."""

    template_name = "portal/konto/password_new.html"
    success_url = reverse_lazy("portal:login")


class ChangeView(SecurityPage, account.PasswordChangeView):
    """Old and new password. This browser stays logged in, all others not."""

    template_name = "portal/konto/password_change.html"
    here: ClassVar[Any] = gettext_lazy("Passwort ändern")

    def form_valid(self, form: Any) -> HttpResponse:
        before = assurance.session_digest(self.request)
        response: HttpResponse = super().form_valid(form)
        _go_on(self.request, self.account, before)
        return response


class SetView(SecurityPage, account.PasswordSetView):
    """A first password, for accounts opened elsewhere or with a passkey."""

    template_name = "portal/konto/password_set.html"
    here: ClassVar[Any] = gettext_lazy("Passwort festlegen")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not ways.confirmed_address(self.account):
            return redirect("account_email")  # first the address to log in with
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        before = assurance.session_digest(self.request)
        response: HttpResponse = super().form_valid(form)
        _go_on(self.request, self.account, before)
        return response


def _go_on(request: HttpRequest, account: Account, before: str) -> None:
    """The session has a new key now: its proofs go along, all other sessions end."""
    assurance.move(request, from_digest=before)
    devices.note(request)
    devices.end_others(account, current_key=request.session.session_key or "")


def _mark(user: Any) -> str:
    return digest(f"{user.pk} {user.password}", "password-reset") if user else ""
