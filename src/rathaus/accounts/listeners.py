"""What follows when somebody logs in, confirms an address or changes a way in."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as factor_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import get_language

from rathaus.accounts import devices, mail, registration, terms  # noqa: F401 -- jobs in there
from rathaus.accounts.events import SecurityChanged
from rathaus.accounts.models import Account
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.core.models import User

REGISTRATION = "registration"
"""Key in the session: ``{"terms", "language"}`` of the registration under way."""
KINDS = {
    Authenticator.Type.TOTP: "totp",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery_codes",
}


@receiver(user_logged_in)
def _note_device(request: HttpRequest, user: Any, **more: Any) -> None:
    if _account(user) is not None:
        devices.note(request)


@receiver(account_signals.email_confirmed)
def _open_account(request: HttpRequest, email_address: Any, **more: Any) -> None:
    """The first confirmed address of a registration opens the account."""
    user: User = email_address.user
    if _account(user) is not None or hasattr(user, "staff"):
        return
    begun = request.session.get(REGISTRATION) or {}
    registration.confirm(
        user=user,
        email=email_address.email,
        language=str(begun.get("language") or get_language() or "de"),
        terms_version=str(begun.get("terms") or terms.VERSION),
    )


@receiver(account_signals.email_changed)
def _follow_address(user: Any, from_email_address: Any, to_email_address: Any, **more: Any) -> None:
    """Notices go to the new address, if they went to the old one."""
    account = _account(user)
    if account is None or from_email_address is None:
        return
    with transaction.atomic():
        Account.objects.filter(pk=account.pk, contact_email=from_email_address.email).update(
            contact_email=to_email_address.email
        )
        _record(account, "email_changed")


@receiver(account_signals.password_changed)
@receiver(account_signals.password_set)
def _password_changed(user: Any, **more: Any) -> None:
    account = _account(user)
    if account is not None:
        _record(account, "password_changed")


@receiver(account_signals.password_reset)
def _password_reset(user: Any, **more: Any) -> None:
    account = _account(user)
    if account is not None:
        devices.end_others(account, current_key="")
        _record(account, "password_reset")


@receiver(factor_signals.authenticator_added)
def _factor_added(user: Any, authenticator: Any, **more: Any) -> None:
    _note_factor(user, authenticator, "added")


@receiver(factor_signals.authenticator_removed)
def _factor_removed(user: Any, authenticator: Any, **more: Any) -> None:
    _note_factor(user, authenticator, "removed")


@receiver(factor_signals.authenticator_reset)
def _factor_reset(user: Any, authenticator: Any, **more: Any) -> None:
    _note_factor(user, authenticator, "renewed")


def _note_factor(user: Any, authenticator: Any, verb: str) -> None:
    account = _account(user)
    if account is not None:
        _record(account, f"{KINDS[authenticator.type]}_{verb}")


def _record(account: Account, what: str) -> None:
    actor = Actor.resident(str(account.public_id), "Inhaberin oder Inhaber")
    with transaction.atomic():
        record(account.chain, SecurityChanged(what=what), actor=actor)


def _account(user: Any) -> Account | None:
    return Account.objects.filter(user_id=user.pk).select_related("chain").first()
