"""The first password of a member of staff: chosen by the person, at a link that counts once.

Nothing is kept of a link. It is signed over the password that the account has (an unusable,
random one since the invitation): a later invitation, or the password once chosen, ends it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction

from rathaus.accounts.sources import config
from rathaus.accounts.staff import directory, sessions
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.models import User
from rathaus.organisation import actions, events, queries
from rathaus.organisation.models import StaffMember

LASTS = timedelta(hours=72)


class NotInvited(ValueError):
    """Nobody can be invited so: `reason` is ``closed``, ``directory`` or ``has_password``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvitationOver(ValueError):
    """The link was used, is too old, was followed by another one, or was never given."""


@dataclass(frozen=True)
class Invitation:
    """`token` opens the account until `until`; it is shown once and kept nowhere."""

    token: str
    until: datetime


def invite(*, staff: StaffMember, actor: Actor, replace: bool = False) -> Invitation:
    """Let `staff` choose a password; ends earlier invitations and all open log-ins.

    The second factor stays. `replace`: also where the person has a password, which then no
    longer counts. Raises: NotInvited.
    """
    user = staff.user
    if not user.is_active or queries.staff_of(user) is None:
        raise NotInvited("closed")
    if not _may_have_password(staff):
        raise NotInvited("directory")
    if user.has_usable_password() and not replace:
        raise NotInvited("has_password")
    until = now() + LASTS
    with transaction.atomic():
        user.set_unusable_password()
        user.save(update_fields=["password"])
        actions.note(
            events.StaffInvited(staff_id=str(staff.public_id), until=until.isoformat()),
            actor=actor,
        )
    sessions.end_all(user)
    return Invitation(_signer(user).sign(user.pk.hex), until)


def invited(token: str) -> StaffMember:
    """Whom the link belongs to, while it counts. Raises: InvitationOver."""
    ident = token.partition(":")[0]
    if not re.fullmatch(r"[0-9a-f]{32}", ident):
        raise InvitationOver
    user = User.objects.filter(pk=ident, is_active=True).first()
    if user is None or user.has_usable_password():
        raise InvitationOver
    try:
        _signer(user).unsign(token, max_age=LASTS)
    except BadSignature as error:
        raise InvitationOver from error
    staff = queries.staff_of(user)
    if staff is None or not _may_have_password(staff):
        raise InvitationOver
    staff.user = user
    return staff


def accept(*, token: str, password: str) -> StaffMember:
    """Set the password that the invited person chose; the link is used up by that.

    Raises: InvitationOver, ValidationError (the password is too weak).
    """
    staff = invited(token)
    user, before = staff.user, staff.user.password
    actions.check_password(password, names=(user.login, staff.first_name, staff.last_name))
    user.password = make_password(password)
    actor = Actor.staff(str(user.pk), staff.name[:120])
    with transaction.atomic():
        # Of two at once with the same link, one sets the password.
        unchanged = User.objects.filter(pk=user.pk, password=before, is_active=True)
        if not unchanged.update(password=user.password):
            raise InvitationOver
        actions.note(events.PasswordSet(staff_id=str(staff.public_id)), actor=actor)
    return staff


def _may_have_password(staff: StaffMember) -> bool:
    known = {source.key for source in config.for_staff()}
    return directory.password_allowed(staff, known=known)


def _signer(user: User) -> TimestampSigner:
    return TimestampSigner(salt=f"staff-invitation {user.password}")
