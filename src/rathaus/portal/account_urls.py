"""Addresses below ``/konto/``: registering, log-in, passwords, second factors, sessions.

allauth looks its pages up by its own names, outside of any namespace: `allauth_names` holds
exactly those it uses here. A page of allauth not named there does not exist.
"""

from __future__ import annotations

from django.urls import URLPattern, path

from rathaus.portal.views.area.guard import account_required
from rathaus.portal.views.konto import (
    entrance,
    factors,
    fresh,
    passwords,
    registration,
    security,
)
from rathaus.portal.views.konto.fresh import fresh as fresh_only

login = entrance.LoginView.as_view()
register = registration.SignupView.as_view()

urlpatterns: list[URLPattern] = [
    path("anmelden/", login, name="login"),
    path("registrieren/", register, name="register"),
    path("abmelden/", entrance.logout, name="logout"),
    path("abbrechen/", entrance.cancel, name="login_cancel"),
    path("sicherheit/", security.overview, name="security"),
    path("sicherheit/geraete/", security.end_others, name="end_other_devices"),
    path("sicherheit/geraete/<int:device_id>/", security.end_device, name="end_device"),
]

allauth_names: list[URLPattern] = [
    path("anmelden/code/", entrance.SecondStepView.as_view(), name="mfa_authenticate"),
    path("anmelden/passkey/", entrance.PasskeyLoginView.as_view(), name="mfa_login_webauthn"),
    path(
        "registrieren/passkey/",
        registration.SignupByPasskeyView.as_view(),
        name="account_signup_by_passkey",
    ),
    path(
        "registrieren/passkey/anlegen/",
        registration.SignupPasskeyView.as_view(),
        name="mfa_signup_webauthn",
    ),
    path(
        "bestaetigen/",
        registration.ConfirmAddressView.as_view(),
        name="account_email_verification_sent",
    ),
    path("passwort-vergessen/", passwords.ResetView.as_view(), name="account_reset_password"),
    path(
        "passwort-vergessen/code/",
        passwords.ResetCodeView.as_view(),
        name="account_confirm_password_reset_code",
    ),
    path(
        "passwort-vergessen/neu/",
        passwords.ResetCompleteView.as_view(),
        name="account_complete_password_reset",
    ),
    path("sicherheit/bestaetigen/", fresh.confirm, name="account_reauthenticate"),
    path("sicherheit/e-mail/", fresh_only(security.AddressView.as_view()), name="account_email"),
    path(
        "sicherheit/passwort/",
        account_required(passwords.ChangeView.as_view()),
        name="account_change_password",
    ),
    path(
        "sicherheit/passwort/neu/",
        fresh_only(passwords.SetView.as_view()),
        name="account_set_password",
    ),
    path(
        "sicherheit/passkey/",
        fresh_only(factors.AddPasskeyView.as_view()),
        name="mfa_add_webauthn",
    ),
    path(
        "sicherheit/passkey/<int:pk>/",
        fresh_only(factors.RenamePasskeyView.as_view()),
        name="mfa_edit_webauthn",
    ),
    path(
        "sicherheit/passkey/<int:pk>/loeschen/",
        fresh_only(factors.RemovePasskeyView.as_view()),
        name="mfa_remove_webauthn",
    ),
    path("sicherheit/app/", fresh_only(factors.AppOnView.as_view()), name="mfa_activate_totp"),
    path(
        "sicherheit/app/aus/",
        fresh_only(factors.AppOffView.as_view()),
        name="mfa_deactivate_totp",
    ),
    path("sicherheit/ersatzcodes/", fresh_only(factors.codes), name="mfa_view_recovery_codes"),
    path(
        "sicherheit/ersatzcodes/neu/",
        fresh_only(factors.NewCodesView.as_view()),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "sicherheit/ersatzcodes/datei/",
        fresh_only(factors.codes_file),
        name="mfa_download_recovery_codes",
    ),
]

allauth_aliases: list[URLPattern] = [
    path("anmelden/", login, name="account_login"),
    path("registrieren/", register, name="account_signup"),
    path("sicherheit/", security.overview, name="mfa_index"),
]
"""Its names for pages that have one of ours: only for looking up, mounted after ours."""
