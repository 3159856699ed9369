"""Closing an account: nobody logs in any more, and nothing readable stays."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.files.storage import storages
from django.db import transaction

from rathaus.accounts import devices, mail, ways
from rathaus.accounts.actions import acting
from rathaus.accounts.errors import Changed
from rathaus.accounts.events import AccountClosed
from rathaus.accounts.models import (
    Account,
    Authentication,
    Child,
    Consent,
    ContactConfirmation,
    DataExport,
    Identity,
    Invitation,
    PendingLogin,
)
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.models import EventPersonalData

EMPTY = {
    "first_names": "",
    "last_name": "",
    "phone": "",
    "address": {},
    "contact_email": "",
    "notify_status": False,
    "notify_reminders": False,
}
OWN = (Identity, Authentication, PendingLogin, Consent, Child, ContactConfirmation)


def close(*, account: Account, actor: Actor, reason: str = "by_owner") -> None:
    """Erase the account. What the law keeps stays with the town, without link to it.

    The rooms that hold drafts and cases clean up in the same transaction when they hear
    `AccountClosed`. Raises: Changed if it was closed already.
    """
    with transaction.atomic():
        told = account.contact_email or ways.confirmed_address(account)
        language = account.language
        open_one = Account.objects.filter(pk=account.pk, closed_at=None)
        if not open_one.update(closed_at=now(), **EMPTY):
            raise Changed(str(account.public_id))
        acting.end_all(account=account, actor=actor)
        event = AccountClosed(account=str(account.public_id), reason=reason)
        record(account.chain, event, actor=actor)
        _forget(account)
        EventPersonalData.objects.filter(event__chain_id=account.chain_id).delete()
        if told:
            mail.send(name="closed", to=told, language=language)
    account.refresh_from_db()


def _forget(account: Account) -> None:
    """Ways in, log-ins that hold, what was told and what waits to be fetched."""
    devices.end_others(account, current_key="")
    for model in OWN:
        model.objects.filter(account=account).delete()
    Invitation.objects.filter(created_by=account).delete()
    drop_exports(account)
    EmailAddress.objects.filter(user_id=account.user_id).delete()
    Authenticator.objects.filter(user_id=account.user_id).delete()
    user = account.user
    user.set_unusable_password()
    user.is_active = False
    user.save(update_fields=["password", "is_active"])


def drop_exports(account: Account) -> None:
    """Copies of the data that were made for the owner; the files go with the commit."""
    names = [row.name for row in DataExport.objects.filter(account=account) if row.name]
    DataExport.objects.filter(account=account).delete()

    def remove() -> None:
        for name in names:
            storages["records"].delete(name)

    transaction.on_commit(remove)
