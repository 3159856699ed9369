"""What somebody says about themself, and where and about what they want to hear from us."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from rathaus.accounts import mail
from rathaus.accounts.errors import CodeWrong, TooManyTries
from rathaus.accounts.events import (
    ConsentWithdrawn,
    ContactConfirmed,
    ContactRemoved,
    NotificationsChosen,
    ProfileChanged,
)
from rathaus.accounts.models import Account, Consent, ContactConfirmation
from rathaus.core import ratelimit, secrets
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record

FIELDS = ("first_names", "last_name", "phone", "address", "language")
CODE_VALID = timedelta(minutes=30)
CODE_TRIES = 5
MAILS = 5
"""Codes per hour, counted for the account and for the address."""


@transaction.atomic
def save_profile(*, account: Account, actor: Actor, **values: Any) -> list[str]:
    """Save own statements (names in `FIELDS`); returns which have changed."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"no fields of a profile: {sorted(unknown)}")
    account.refresh_from_db(fields=list(FIELDS))
    changed = {name: value for name, value in values.items() if getattr(account, name) != value}
    if changed:
        Account.objects.filter(pk=account.pk).update(**changed)
        for name, value in changed.items():
            setattr(account, name, value)
        record(account.chain, ProfileChanged(what=sorted(changed)), actor=actor)
    return sorted(changed)


@transaction.atomic
def choose_notifications(*, account: Account, status: bool, reminders: bool, actor: Actor) -> None:
    """Which e-mails the person wants."""
    Account.objects.filter(pk=account.pk).update(notify_status=status, notify_reminders=reminders)
    account.notify_status, account.notify_reminders = status, reminders
    event = NotificationsChosen(status=status, reminders=reminders)
    record(account.chain, event, actor=actor)


def begin_contact_change(*, account: Account, email: str, actor: Actor) -> None:
    """Send a code to a new address for notices. Until it comes back the old one stays.

    Raises: TooManyTries.
    """
    for key in (str(account.public_id), email.casefold()):
        if not ratelimit.allow("contact-code", key, limit=MAILS, per=timedelta(hours=1)):
            raise TooManyTries
    code = secrets.new_code(2)
    moment = now()
    with transaction.atomic():
        values = {
            "email_sealed": secrets.seal(email),
            "code_digest": _digest(code),
            "tries": 0,
            "created_at": moment,
            "expires_at": moment + CODE_VALID,
        }
        try:
            with transaction.atomic():
                ContactConfirmation.objects.update_or_create(account=account, defaults=values)
        except IntegrityError:  # two windows at once: the later code counts
            ContactConfirmation.objects.filter(account=account).update(**values)
        mail.send(name="contact_code", to=email, language=account.language, facts={"code": code})


def pending_contact(account: Account) -> str:
    """The address that waits for its code; empty if there is none."""
    row = ContactConfirmation.objects.filter(account=account, expires_at__gt=now()).first()
    return secrets.unseal(row.email_sealed) if row is not None else ""


def confirm_contact(*, account: Account, code: str, actor: Actor) -> str:
    """The code came back: use the address from now on; returns it. Raises: CodeWrong."""
    rows = ContactConfirmation.objects.filter(
        account=account, expires_at__gt=now(), tries__lt=CODE_TRIES
    )
    if not rows.update(tries=F("tries") + 1):  # counts first, in a transaction of its own
        raise CodeWrong
    with transaction.atomic():
        row = ContactConfirmation.objects.filter(account=account).first()
        if row is None or row.code_digest != _digest(code):
            raise CodeWrong
        email = secrets.unseal(row.email_sealed)
        row.delete()
        account.refresh_from_db(fields=["contact_email"])
        _say_goodbye(account, to=account.contact_email, instead=email)
        Account.objects.filter(pk=account.pk, closed_at=None).update(contact_email=email)
        account.contact_email = email
        record(account.chain, ContactConfirmed(address=email), actor=actor)
    return email


@transaction.atomic
def remove_contact(*, account: Account, actor: Actor) -> None:
    """No address for notices any more."""
    ContactConfirmation.objects.filter(account=account).delete()
    account.refresh_from_db(fields=["contact_email"])
    _say_goodbye(account, to=account.contact_email)
    if Account.objects.filter(pk=account.pk).exclude(contact_email="").update(contact_email=""):
        account.contact_email = ""
        record(account.chain, ContactRemoved(), actor=actor)


def _say_goodbye(account: Account, *, to: str, instead: str = "") -> None:
    """To the old address: whoever did not change it oneself would hear of nothing any more."""
    if to and to.casefold() != instead.casefold():
        mail.send(name="contact_changed", to=to, language=account.language)


@transaction.atomic
def withdraw_consent(*, consent: Consent, actor: Actor) -> bool:
    """Take back what was agreed to; False if that had happened before."""
    rows = Consent.objects.filter(pk=consent.pk, withdrawn_at=None)
    if not rows.update(withdrawn_at=now()):
        return False
    event = ConsentWithdrawn(kind=consent.kind, text_version=consent.text_version)
    record(consent.account.chain, event, actor=actor)
    return True


def _digest(code: str) -> str:
    return secrets.digest(secrets.normalise_code(code), "contact")
