"""Codes that an organisation hands out, so that nobody has to search for organisations."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from rathaus.accounts import queries
from rathaus.accounts.actions import acting
from rathaus.accounts.errors import CodeWrong, NotAllowed, TooMany, TooManyTries
from rathaus.accounts.events import InvitationMade, InvitationWithdrawn, RepresentationRequested
from rathaus.accounts.models import (
    Account,
    Invitation,
    Organisation,
    Representation,
    RepresentationRole,
    RepresentationState,
)
from rathaus.core import ratelimit, secrets
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record

VALID = timedelta(days=14)
MOST = 20
"""Codes of one organisation that are good at the same time."""
TRIES = 10
PER = timedelta(minutes=30)


@transaction.atomic
def invite(*, organisation: Organisation, by: Account, actor: Actor) -> Invitation:
    """A new code, good once and for two weeks. Raises: NotAllowed, TooMany."""
    _check_admin(organisation, by)
    if open_invitations(organisation).count() >= MOST:
        raise TooMany(MOST)
    code = secrets.new_code(4)
    moment = now()
    row = Invitation.objects.create(
        organisation=organisation,
        created_by=by,
        code_sealed=secrets.seal(code),
        code_digest=_digest(code),
        created_at=moment,
        expires_at=moment + VALID,
    )
    record(organisation.chain, InvitationMade(invitation=str(row.public_id)), actor=actor)
    return row


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: Account, actor: Actor) -> None:
    """Nobody can use the code any more. Raises: NotAllowed."""
    _check_admin(invitation.organisation, by)
    if Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=now()):
        event = InvitationWithdrawn(invitation=str(invitation.public_id))
        record(invitation.organisation.chain, event, actor=actor)


def ask(*, account: Account, code: str, sender: str, actor: Actor) -> Representation:
    """Ask to act for the organisation that handed out this code; an admin decides.

    Raises: CodeWrong, TooManyTries, TooMany, AlreadyActing (the code stays good then).
    """
    for key in (sender, str(account.public_id)):
        if not ratelimit.allow("organisation-code", key, limit=TRIES, per=PER):
            raise TooManyTries
    with transaction.atomic():
        acting.check_room(account)
        rows = Invitation.objects.filter(code_digest=_digest(code), used_at=None)
        found = rows.filter(expires_at__gt=now()).select_related("organisation__chain").first()
        if found is None or not rows.filter(pk=found.pk).update(used_at=now()):
            raise CodeWrong
        organisation = found.organisation
        row = acting.create(
            account,
            organisation,
            role=RepresentationRole.MEMBER,
            state=RepresentationState.REQUESTED,
        )
        event = RepresentationRequested(
            organisation=str(organisation.public_id), account=str(account.public_id)
        )
        record(organisation.chain, event, actor=actor)
        record(account.chain, event, actor=actor)
    return row


def open_invitations(organisation: Organisation) -> QuerySet[Invitation]:
    """Codes that are still good, newest first."""
    rows = Invitation.objects.filter(organisation=organisation, used_at=None)
    return rows.filter(expires_at__gt=now()).order_by("-created_at", "-pk")


def _check_admin(organisation: Organisation, by: Account) -> None:
    held = queries.active_representations(by).filter(organisation=organisation)
    if by.closed_at is not None or not held.filter(role=RepresentationRole.ADMIN).exists():
        raise NotAllowed(str(organisation.public_id))


def _digest(code: str) -> str:
    return secrets.digest(secrets.normalise_code(code), "invitation")
