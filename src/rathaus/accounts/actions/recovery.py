"""Helping somebody who has lost the app or the mailbox, after a look at their identity card."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from rathaus.accounts import devices, mail, ways
from rathaus.accounts.errors import AddressTaken, Changed
from rathaus.accounts.events import SecurityChanged
from rathaus.accounts.models import Account, ContactConfirmation
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


def give_address(*, account: Account, email: str, actor: Actor) -> None:
    """Another address to log in with, for somebody who reads the old one no more or had none.

    It alone lets nobody in: the old password no longer counts, and a new one needs the code that
    goes to the new address. All devices are logged out; passkeys, linked log-ins and the app stay.
    Raises: ValidationError, AddressTaken, Changed (the account is closed).
    """
    email = email.strip().lower()
    validate_email(email)
    if not Account.objects.filter(pk=account.pk, closed_at=None).exists():
        raise Changed(str(account.public_id))
    old, user = ways.confirmed_address(account), account.user
    if old == email:
        raise AddressTaken(email)
    try:
        with transaction.atomic():
            EmailAddress.objects.filter(user_id=user.pk).delete()
            EmailAddress.objects.filter(email=email, verified=False).delete()
            EmailAddress.objects.create(user_id=user.pk, email=email, verified=True, primary=True)
            user.set_unusable_password()
            user.save(update_fields=["password"])
            ContactConfirmation.objects.filter(account=account).delete()
            gone = Account.objects.filter(pk=account.pk, contact_email__in=["", old])
            gone.update(contact_email=email)
            devices.end_others(account, current_key="")
            record(account.chain, SecurityChanged(what="address_given_at_counter"), actor=actor)
            for to, name in ((old, "email_changed"), (email, "address_given")):
                if to:
                    mail.send(name=name, to=to, language=account.language)
    except IntegrityError as error:
        raise AddressTaken(email) from error
    account.refresh_from_db()
