"""The ways into an account: one has to be left, always."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from rathaus.accounts.models import Account, Identity
from rathaus.accounts.sources import config
from rathaus.core.models import User


class LastWayIn(ValueError):
    """Taking this away would lock the owner out."""


def confirmed_address(account: Account) -> str:
    """The address somebody logs in with; empty for accounts opened by a linked log-in."""
    rows = EmailAddress.objects.filter(user_id=account.user_id, verified=True)
    return str(rows.values_list("email", flat=True).first() or "")


def has_password(account: Account) -> bool:
    """A password counts only with a confirmed address to log in with."""
    return account.user.has_usable_password() and bool(confirmed_address(account))


def passkeys(account: Account) -> list[Authenticator]:
    """The oldest first."""
    rows = Authenticator.objects.filter(user_id=account.user_id, type=Authenticator.Type.WEBAUTHN)
    return list(rows.order_by("created_at", "pk"))


def identities(account: Account) -> list[Identity]:
    """Linked log-ins that can be used: the town may have given a source up since."""
    known = [source.key for source in config.for_residents()]
    return list(account.identities.filter(source__in=known).order_by("linked_at", "pk"))


def count(account: Account, *, without: Identity | None = None) -> int:
    """How many ways lead in: password, each passkey, each linked log-in that can be used.

    `without`: as if this one were gone already.
    """
    linked = [row for row in identities(account) if row != without]
    return int(has_password(account)) + len(passkeys(account)) + len(linked)


def address_for_notices(account: Account) -> str:
    """Where the owner reads that a way in has changed; empty where we know no address."""
    return confirmed_address(account) or account.contact_email


def remove_passkey(*, account: Account, authenticator: Authenticator) -> None:
    """Delete a passkey. Raises: LastWayIn."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=account.user_id)
        if count(account) < 2:
            raise LastWayIn
        Authenticator.objects.filter(pk=authenticator.pk, user_id=account.user_id).delete()
