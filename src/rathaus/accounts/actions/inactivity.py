"""Accounts nobody uses: warned twice by e-mail, then removed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from rathaus.accounts import mail, ways
from rathaus.accounts.actions import closing
from rathaus.accounts.errors import Changed
from rathaus.accounts.events import InactivityWarned
from rathaus.accounts.models import Account
from rathaus.core.actors import Actor
from rathaus.core.clock import local, now
from rathaus.core.events import record

UNUSED = timedelta(days=730)
FIRST, SECOND = timedelta(days=60), timedelta(days=14)
"""How long before the removal the two warnings go out."""


def run(actor: Actor) -> None:
    """Do what is due today. Nobody is removed less than two weeks after a warning."""
    moment = now()
    still = Account.objects.filter(closed_at=None)
    for account in (
        still.filter(last_used_at__lte=moment - (UNUSED - FIRST), warned_at=None)
        .select_related("chain", "user")
        .iterator()
    ):
        warn(account=account, actor=actor)
    for account in (
        still.filter(
            last_used_at__lte=moment - (UNUSED - SECOND), warned_at__lte=moment - (FIRST - SECOND)
        )
        .select_related("chain", "user")
        .iterator()
    ):
        if account.last_used_at > moment - UNUSED:
            warn(account=account, actor=actor)
    for account in (
        still.filter(last_used_at__lte=moment - UNUSED, warned_at__lte=moment - SECOND)
        .select_related("chain", "user")
        .iterator()
    ):
        try:
            closing.close(account=account, actor=actor, reason="inactive")
        except Changed:
            continue  # its owner was faster


def warn(*, account: Account, actor: Actor) -> None:
    """Say when the account will be removed. Without an address there is nobody to tell."""
    moment = now()
    rows = Account.objects.filter(
        pk=account.pk,
        closed_at=None,
        last_used_at=account.last_used_at,
        warned_at=account.warned_at,
    )
    with transaction.atomic():
        if not rows.update(warned_at=moment):
            return
        day = removal_day(account.last_used_at, moment)
        record(account.chain, InactivityWarned(days=(day - local(moment).date()).days), actor=actor)
        address = account.contact_email or ways.confirmed_address(account)
        if address:
            facts = {"day": day.strftime("%d.%m.%Y")}
            mail.send(name="inactive", to=address, language=account.language, facts=facts)


def removal_day(last_used_at: datetime, warned_at: datetime) -> date:
    """The first day on which the account may be removed."""
    return local(max(last_used_at + UNUSED, warned_at + SECOND)).date()
