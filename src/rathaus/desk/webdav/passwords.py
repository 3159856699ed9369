"""Passwords of devices: made by the person, shown once, and the only ones that WebDAV takes.

120 random bits need no slow hash: a keyed one finds the row, so an unknown name, a wrong
password and an ended account cost the same and look the same.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from rathaus.accounts.staff import directory
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.models import User
from rathaus.core.secrets import digest, new_code, normalise_code
from rathaus.desk.webdav import events
from rathaus.desk.webdav.models import DevicePassword
from rathaus.organisation import actions as organisation
from rathaus.organisation.models import StaffMember

MOST = 10
LASTS = timedelta(days=365)
GROUPS = 6
"""Groups of four characters, 20 bits each."""
USE_NOTED = timedelta(minutes=5)
_PURPOSE = "webdav-password"


class TooMany(ValueError):
    """The person has `MOST` passwords already."""


def of(staff: StaffMember) -> list[DevicePassword]:
    """Passwords of `staff`, oldest first, expired ones too."""
    return list(DevicePassword.objects.filter(staff=staff))


def make(*, staff: StaffMember, name: str, actor: Actor) -> tuple[DevicePassword, str]:
    """A new password and its text, which nobody can read again. Raises: TooMany."""
    secret, moment = new_code(GROUPS), now()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=staff.user_id)  # two at once: one waits
        DevicePassword.objects.filter(staff=staff, expires_at__lte=moment).delete()
        if DevicePassword.objects.filter(staff=staff).count() >= MOST:
            raise TooMany
        row = DevicePassword.objects.create(
            staff=staff,
            name=name[:60],
            digest=digest(secret, _PURPOSE),
            created_at=moment,
            expires_at=moment + LASTS,
        )
        made = events.PasswordMade(staff_id=str(staff.public_id), device=row.name)
        organisation.note(made, actor=actor)
    return row, secret


def end(*, staff: StaffMember, ident: UUID, actor: Actor) -> bool:
    """End one; False if `staff` has none with this id."""
    with transaction.atomic():
        row = DevicePassword.objects.filter(staff=staff, public_id=ident).first()
        if row is None or not DevicePassword.objects.filter(pk=row.pk).delete()[0]:
            return False
        ended = events.PasswordEnded(staff_id=str(staff.public_id), device=row.name)
        organisation.note(ended, actor=actor)
    return True


def end_all(staff_id: str) -> None:
    """End all of somebody (public id), in the caller's transaction."""
    DevicePassword.objects.filter(staff__public_id=staff_id).delete()


def admitted(header: str) -> DevicePassword | None:
    """Whom an ``Authorization: Basic`` header (RFC 7617) lets in, with staff and user."""
    login, secret = _parts(header)
    found = DevicePassword.objects.select_related("staff__user").filter(
        digest=digest(normalise_code(secret), _PURPOSE), expires_at__gt=now()
    )
    row = found.first()
    known = row.staff.user.login if row else ""
    same = hmac.compare_digest(known.casefold().encode(), login.strip().casefold().encode())
    if row is None or not same or not row.staff.user.is_active:
        return None
    if not directory.answers_still(row.staff):
        return None
    if row.used_at is None or now() - row.used_at > USE_NOTED:
        DevicePassword.objects.filter(pk=row.pk).update(used_at=now())
    return row


def _parts(header: str) -> tuple[str, str]:
    kind, _, value = header.strip().partition(" ")
    if kind.lower() != "basic" or len(value) > 1000:
        return "", ""
    try:
        text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return "", ""
    login, _, secret = text.partition(":")
    return login, secret
