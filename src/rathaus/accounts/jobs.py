"""Regular work on accounts: what is over ends, what is forgotten is removed."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.core.files.storage import storages
from django.db.models import ProtectedError

from rathaus.accounts import assurance, queries
from rathaus.accounts.actions import acting, children, consents, inactivity
from rathaus.accounts.models import (
    Child,
    Consent,
    ContactConfirmation,
    DataExport,
    Invitation,
    Organisation,
    PendingLogin,
    Representation,
    RepresentationState,
    SpentAssertion,
)
from rathaus.core import jobs
from rathaus.core.actors import Actor
from rathaus.core.clock import now, today

WORKER = Actor.system("accounts")
KEEP_LEFT = timedelta(days=30)
"""How long an organisation nobody acts for is kept."""
KEEP_CODES = timedelta(days=30)
"""How long a code for a representation that ran out can still be looked up."""


@jobs.cron("accounts.end_what_is_over", every=timedelta(hours=6))
def end_what_is_over() -> None:
    """Children who came of age, representations whose last day is over.

    Nobody waits for this job: the queries look at the day themselves.
    """
    grown = Child.objects.filter(birth_date__lte=queries.grown_up_since())
    for child in grown.select_related("account__chain").iterator():
        children.end_child(child=child, actor=WORKER, reason="of_age")
    over = Representation.objects.filter(state=RepresentationState.ACTIVE, valid_until__lt=today())
    for row in over.select_related("organisation__chain", "account__chain").iterator():
        acting.expire(representation=row, actor=WORKER)


@jobs.cron("accounts.drop_left_organisations", every=timedelta(hours=24))
def drop_left_organisations() -> None:
    """Deletion rule: an organisation nobody acts for any more, and without cases.

    Nobody can come back to it: one that an account system vouches for is made anew then. Cases
    and drafts, which name it, protect it as long as they are there.
    """
    held = [RepresentationState.ACTIVE, RepresentationState.REQUESTED]
    before = now() - KEEP_LEFT
    rows = Organisation.objects.filter(created_at__lt=before)
    rows = rows.exclude(representations__state__in=held)
    for row in rows.exclude(representations__decided_at__gte=before).iterator():
        with suppress(ProtectedError):
            row.delete()


@jobs.cron("accounts.remove_unused", every=timedelta(hours=24))
def remove_unused() -> None:
    """Deletion rule: accounts nobody used for two years, after two warnings.

    And those whose owner no longer agrees to the terms, two weeks later.
    """
    inactivity.run(WORKER)
    consents.end_accounts(WORKER)


@jobs.cron("accounts.drop_expired", every=timedelta(hours=1))
def drop_expired() -> None:
    """Deletion rule: nothing of a log-in is kept longer than it is needed."""
    moment = now()
    assurance.drop_expired()
    PendingLogin.objects.filter(expires_at__lt=moment).delete()
    SpentAssertion.objects.filter(expires_at__lt=moment).delete()
    ContactConfirmation.objects.filter(expires_at__lt=moment).delete()
    Consent.objects.filter(account__closed_at__isnull=False).delete()
    Invitation.objects.filter(expires_at__lt=moment - KEEP_CODES).delete()


@jobs.cron("accounts.drop_exports", every=timedelta(hours=6))
def drop_exports() -> None:
    """Deletion rule: a copy of somebody's data waits a week to be fetched."""
    for row in DataExport.objects.filter(expires_at__lt=now()).iterator():
        if row.name:
            storages["records"].delete(row.name)
        row.delete()
