"""Our words for what allauth says."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

ERRORS: dict[str, Any] = {
    "email_password_mismatch": _(
        "E-Mail-Adresse oder Passwort stimmen nicht. Haben Sie Ihre E-Mail-Adresse noch nicht "
        "bestätigt? Dann registrieren Sie sich bitte noch einmal."
    ),
    "too_many_login_attempts": _("Zu viele Versuche. Bitte warten Sie eine Viertelstunde."),
    "rate_limited": _("Zu viele Versuche. Bitte warten Sie ein wenig."),
    "incorrect_code": _("Das hat nicht geklappt. Bitte versuchen Sie es noch einmal."),
    "incorrect_password": _("Das Passwort stimmt nicht."),
    "enter_current_password": _("Das bisherige Passwort stimmt nicht."),
    "duplicate_email": _("Diese E-Mail-Adresse gehört schon zu Ihrem Konto."),
    "email_taken": _("Diese E-Mail-Adresse gehört schon zu einem anderen Konto."),
    "cannot_delete_authenticator": _("Das lässt sich gerade nicht ausschalten."),
    "cannot_generate_recovery_codes": _(
        "Ersatzcodes gibt es erst, wenn Codes aus einer App eingeschaltet sind."
    ),
    "unverified_email": _("Bestätigen Sie zuerst Ihre E-Mail-Adresse."),
}
"""By allauth's names of its errors."""

DONE: dict[str, Any] = {
    "account/messages/email_confirmation_failed.txt": _(
        "Diese E-Mail-Adresse gehört schon zu einem anderen Konto."
    ),
    "account/messages/email_confirmed.txt": _("Ihre E-Mail-Adresse ist bestätigt."),
    "account/messages/password_changed.txt": _(
        "Das neue Passwort gilt ab sofort. Alle anderen Geräte sind abgemeldet."
    ),
    "account/messages/password_set.txt": _("Das Passwort gilt ab sofort."),
    "mfa/messages/totp_activated.txt": _("Codes aus der App sind eingeschaltet."),
    "mfa/messages/totp_deactivated.txt": _("Codes aus der App sind ausgeschaltet."),
    "mfa/messages/webauthn_added.txt": _("Der Passkey ist angelegt."),
    "mfa/messages/webauthn_removed.txt": _("Der Passkey ist gelöscht."),
}
"""By allauth's names of its messages; messages not named here are not shown."""
