"""The terms were withdrawn: agreed to again in time, or the account ends."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from rathaus.accounts import terms
from rathaus.accounts.actions import closing
from rathaus.accounts.errors import Changed
from rathaus.accounts.models import Account, Consent
from rathaus.core.actors import Actor
from rathaus.core.clock import now

AFTER = timedelta(days=14)
"""How long somebody who took the consent back may think better of it, or fetch a copy."""


def ends_at(consents: Iterable[Consent]) -> datetime | None:
    """When the account with these consents ends; None while its terms are agreed to."""
    rows = [row for row in consents if row.kind == terms.KIND]
    times = [row.withdrawn_at for row in rows if row.withdrawn_at is not None]
    return max(times) + AFTER if rows and len(times) == len(rows) else None


@transaction.atomic
def agree_again(*, account: Account, actor: Actor) -> None:
    """Agree to the present terms; nothing happens where they are agreed to. Raises: Changed."""
    still = Account.objects.filter(pk=account.pk, closed_at=None)
    if not still.update(last_used_at=F("last_used_at")):  # two windows: one after the other
        raise Changed(str(account.public_id))
    if ends_at(account.consents.all()) is not None:
        terms.give_consent(account=account, actor=actor)


def end_accounts(actor: Actor) -> None:
    """Close the accounts whose time is over."""
    mine = Consent.objects.filter(kind=terms.KIND)
    over = mine.filter(withdrawn_at__lte=now() - AFTER).values("account_id")
    holds = mine.filter(withdrawn_at=None) | mine.filter(withdrawn_at__gt=now() - AFTER)
    rows = Account.objects.filter(closed_at=None, pk__in=over)
    rows = rows.exclude(pk__in=holds.values("account_id")).select_related("chain", "user")
    for account in rows.iterator():
        with suppress(Changed):  # its owner was faster
            closing.close(account=account, actor=actor, reason="consent_withdrawn")
