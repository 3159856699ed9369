"""From a registration to an account: only a confirmed address opens one.

Until then there is a user without account: nothing opens for it, no door finds it, and it is
gone after three days. Nobody can therefore wait in an account for its real owner.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import QuerySet

from rathaus.accounts import terms
from rathaus.accounts.actions.opening import open_account
from rathaus.accounts.models import Account
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.jobs import cron
from rathaus.core.models import User

LIFETIME = timedelta(days=3)


def is_taken(email: str) -> bool:
    """Whether an open account logs in with this address. For the owner's mail, not for pages."""
    rows = EmailAddress.objects.filter(email=email.lower(), verified=True)
    rows = rows.filter(user__account__isnull=False, user__account__closed_at=None)
    return bool(rows.exists())


def confirm(*, user: User, email: str, language: str, terms_version: str) -> Account:
    """The person has shown that the address is theirs: open the account.

    Other registrations with the same address end here.
    """
    with transaction.atomic():
        account = open_account(actor=None, language=language, contact_email=email, user=user)
        actor = Actor.resident(str(account.public_id), "Inhaberin oder Inhaber")
        terms.give_consent(account=account, actor=actor, version=terms_version)
        rivals = _unconfirmed().filter(emailaddress__email=email.lower()).exclude(pk=user.pk)
        User.objects.filter(pk__in=list(rivals.values_list("pk", flat=True))).delete()
        EmailAddress.objects.filter(email=email.lower(), verified=False).delete()
    return account


@cron("accounts.drop_unconfirmed", every=timedelta(hours=6))
def drop_unconfirmed() -> None:
    """Delete registrations older than three days."""
    stale = _unconfirmed().filter(created_at__lt=now() - LIFETIME)
    with transaction.atomic():
        keys = list(stale.values_list("pk", flat=True)[:1000])
        User.objects.filter(pk__in=keys).delete()


def _unconfirmed() -> QuerySet[User]:
    """Users that registered and never got an account."""
    return User.objects.filter(login__startswith="konto-", account=None, staff=None)
