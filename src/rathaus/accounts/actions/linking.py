"""Log-ins of other account systems on an account: one hangs on one account, one way in stays."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import IntegrityError, transaction

from rathaus.accounts import flow, mail, terms
from rathaus.accounts.actions.opening import open_account
from rathaus.accounts.errors import AccountError, Changed
from rathaus.accounts.events import IdentityLinked, IdentityUnlinked
from rathaus.accounts.models import Account, Identity
from rathaus.accounts.sources.base import Verified
from rathaus.accounts.ways import LastWayIn, address_for_notices, count
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.models import User

FRESH = timedelta(minutes=15)
"""How long ago somebody may have logged in at the other side to link it here."""


class GuestOnly(AccountError):
    """The source did not say who it is, only that they may pass: nothing to link."""


class NotFresh(AccountError):
    """The log-in at the source is of some time ago: whoever sits there now need not be it."""


class LinkedElsewhere(AccountError):
    """This log-in opens another account already; `account` is that one."""

    def __init__(self, account: Account) -> None:
        super().__init__(str(account.public_id))
        self.account = account


def link(*, account: Account, verified: Verified, actor: Actor) -> Identity:
    """Let this log-in open the account; nothing happens if it does already.

    The person behind `verified` has just logged in there, and here; a source that is not asked
    for a fresh log-in may answer with an old one. What the source says about e-mail addresses
    plays no part.
    Raises: GuestOnly, NotFresh, LinkedElsewhere.
    """
    if verified.authenticated_at < now() - FRESH:
        raise NotFresh
    return _attach(account=account, verified=verified, actor=actor)


def _attach(*, account: Account, verified: Verified, actor: Actor) -> Identity:
    if not verified.subject:
        raise GuestOnly
    digest = flow.subject_digest(verified)
    moment = now()
    try:
        with transaction.atomic():
            known = Identity.objects.filter(source=verified.source, subject_digest=digest)
            known.exclude(account__closed_at=None).delete()
            identity, made = known.get_or_create(
                defaults={
                    "account": account,
                    "source": verified.source,
                    "subject_digest": digest,
                    "linked_at": moment,
                    "last_used_at": moment,
                    "last_level": int(verified.level),
                },
            )
            if identity.account_id != account.pk:
                raise LinkedElsewhere(identity.account)
            if made:
                event = IdentityLinked(source=verified.source, identity=str(identity.public_id))
                record(account.chain, event, actor=actor)
                _tell(account, "identity_linked")
    except IntegrityError:  # another request was faster, for this account or for another
        owner = Identity.objects.select_related("account").get(
            source=verified.source, subject_digest=digest
        )
        if owner.account_id != account.pk:
            raise LinkedElsewhere(owner.account) from None
        return owner
    return identity


def open_with(*, verified: Verified, language: str, first_names: str, last_name: str) -> Account:
    """A new account that this log-in opens, with consent to the terms.

    Raises: GuestOnly, LinkedElsewhere (somebody pressed the button twice).
    """
    with transaction.atomic():
        account = open_account(
            actor=None,
            language=language,
            first_names=first_names[:120],
            last_name=last_name[:120],
            method=verified.source,
        )
        owner = acting(account)
        _attach(account=account, verified=verified, actor=owner)
        terms.give_consent(account=account, actor=owner)
    return account


def unlink(*, account: Account, public_id: uuid.UUID, actor: Actor) -> None:
    """Take a log-in off the account. Raises: LastWayIn, Changed.

    Whoever takes away a way in holds the lock of the account's user, so that two windows
    cannot take away the last two at once.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=account.user_id)
        identity = Identity.objects.filter(account=account, public_id=public_id).first()
        if identity is None:
            raise Changed
        if not count(account, without=identity):
            raise LastWayIn
        identity.delete()
        event = IdentityUnlinked(source=identity.source, identity=str(public_id))
        record(account.chain, event, actor=actor)
        _tell(account, "identity_unlinked")


def _tell(account: Account, name: str) -> None:
    """Whoever did not do it oneself has to learn of it. No name of a source: it says too much."""
    if to := address_for_notices(account):
        mail.send(name=name, to=to, language=account.language)


def acting(account: Account) -> Actor:
    """The owner, as named in the history of the account."""
    return Actor.resident(str(account.public_id), "Inhaberin oder Inhaber")
