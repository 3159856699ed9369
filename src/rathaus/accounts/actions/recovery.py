"""Helping somebody whose app and recovery codes are gone, after a look at their identity card."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from rathaus.accounts import devices, mail
from rathaus.accounts.events import SecurityChanged
from rathaus.accounts.models import Account
from rathaus.core.actors import Actor
from rathaus.core.events import record

SECOND_STEP = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


class NoSecondStep(LookupError):
    """There is no such account, or codes from an app are not switched on."""


def find(email: str) -> Account:
    """The open account that logs in with an address. Raises: NoSecondStep."""
    rows = EmailAddress.objects.filter(email=email.strip().lower(), verified=True)
    rows = rows.filter(user__account__isnull=False, user__account__closed_at=None)
    row = rows.select_related("user__account__chain").first()
    if row is None:
        raise NoSecondStep(email)
    account: Account = row.user.account
    return account


def switch_off_second_step(*, account: Account, actor: Actor) -> None:
    """Password or passkey suffice again; all devices are logged out, the owner gets a mail.

    Raises: NoSecondStep.
    """
    with transaction.atomic():
        rows = Authenticator.objects.filter(user_id=account.user_id, type__in=SECOND_STEP)
        if not rows.delete()[0]:
            raise NoSecondStep(str(account.public_id))
        devices.end_others(account, current_key="")
        record(account.chain, SecurityChanged(what="totp_removed_at_counter"), actor=actor)
        for row in EmailAddress.objects.filter(user_id=account.user_id, verified=True):
            mail.send(name="totp_deactivated", to=row.email, language=account.language)
