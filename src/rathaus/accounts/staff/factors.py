"""The second factor of staff: codes from an app, passkeys, recovery codes on paper.

django-allauth keeps and checks them; here is what is ours: a code counts once for all
processes, the last factor cannot be removed, everything is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.accounts.factors import spend_code
from rathaus.accounts.staff import notices, sessions
from rathaus.core.actors import Actor
from rathaus.core.models import User
from rathaus.organisation import actions, events
from rathaus.organisation.models import StaffMember

TOTP_KIND = "totp"
PASSKEY = "webauthn"
RECOVERY = "recovery_codes"
MOST_PASSKEYS = 10


class LastFactor(ValueError):
    """Without this one nobody could log in any more."""


@dataclass(frozen=True)
class Factor:
    """A second factor as its owner sees it."""

    id: int
    kind: str
    name: str
    since: datetime
    used: datetime | None


def of(user: User) -> list[Factor]:
    """Apps and passkeys, oldest first; recovery codes are no factor of their own."""
    return [_described(row) for row in _rows(user)]


def has_any(user: User) -> bool:
    """Whether a second factor is set up."""
    return bool(_rows(user).exists())


def has_passkey(user: User) -> bool:
    """Whether one of the factors is a passkey."""
    return bool(_rows(user).filter(type=PASSKEY).exists())


def check(user: User, code: str, *, staff: StaffMember, actor: Actor) -> str:
    """Which factor `code` proves: ``totp``, ``recovery_codes``, or "" for none. Counts once."""
    typed = "".join(character for character in code if character.isascii() and character.isalnum())
    if not typed or len(typed) > 20:
        return ""
    app = Authenticator.objects.filter(user=user, type=TOTP_KIND).first()
    if app and len(typed) == 6 and validate_totp_code(decrypt(app.data["secret"]), typed):
        if not spend_code(user, typed):
            return ""
        app.record_usage()
        return TOTP_KIND
    paper = Authenticator.objects.filter(user=user, type=RECOVERY).first()
    if not paper or len(typed) == 6:
        return ""
    with transaction.atomic():
        if not RecoveryCodes(paper).validate_code(typed):
            return ""
        left = len(RecoveryCodes(Authenticator.objects.get(pk=paper.pk)).get_unused_codes())
        actions.note(events.RecoveryCodeUsed(staff_id=str(staff.public_id), left=left), actor=actor)
    return RECOVERY


def new_secret() -> str:
    """A secret for an app; worth nothing until `add_app` kept it."""
    return str(generate_totp_secret())


def fits(secret: str, code: str) -> bool:
    """Whether the app that was given `secret` shows `code`."""
    typed = "".join(character for character in code if character.isascii() and character.isdigit())
    return len(typed) == 6 and validate_totp_code(secret, typed)


def add_app(*, staff: StaffMember, secret: str, code: str, actor: Actor) -> bool:
    """Keep the secret of an app, in place of an earlier one; False if `code` does not fit."""
    typed = "".join(character for character in code if character.isdigit())
    if not fits(secret, typed) or not spend_code(staff.user, typed):
        return False
    with transaction.atomic():
        Authenticator.objects.filter(user=staff.user, type=TOTP_KIND).delete()
        TOTP.activate(staff.user, secret)
        _note(staff, TOTP_KIND, actor)
    return True


def add_passkey(*, staff: StaffMember, name: str, credential: object, actor: Actor) -> None:
    """Keep a passkey that `passkeys.registered` has checked. Raises: ValueError (too many)."""
    with transaction.atomic():
        if _rows(staff.user).filter(type=PASSKEY).count() >= MOST_PASSKEYS:
            raise ValueError("too many passkeys")
        Authenticator.objects.create(
            user=staff.user,
            type=PASSKEY,
            data={"name": name.strip()[:60] or _("Passkey"), "credential": credential},
        )
        _note(staff, PASSKEY, actor)


def remove(*, staff: StaffMember, factor_id: int, actor: Actor) -> bool:
    """Remove a factor; False if there is none with this id. Raises: LastFactor."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=staff.user_id)  # two at once: one waits
        row = _rows(staff.user).filter(pk=factor_id).first()
        if row is None:
            return False
        if _rows(staff.user).count() < 2:
            raise LastFactor
        row.delete()
        event = events.FactorRemoved(staff_id=str(staff.public_id), kind=row.type)
        actions.note(event, actor=actor)
        notices.send(staff, "factor_removed")
    return True


def new_codes(*, staff: StaffMember, actor: Actor) -> list[str]:
    """Ten new recovery codes; older ones no longer count."""
    with transaction.atomic():
        Authenticator.objects.filter(user=staff.user, type=RECOVERY).delete()
        codes = RecoveryCodes.activate(staff.user).generate_codes()
        _note(staff, RECOVERY, actor)
    return list(codes)


def unseen_codes(user: User) -> list[str]:
    """Recovery codes that their owner has not yet confirmed to have kept."""
    row = Authenticator.objects.filter(user=user, type=RECOVERY).first()
    if row is None or RecoveryCodes(row).did_view:
        return []
    return list(RecoveryCodes(row).get_unused_codes())


def codes_kept(user: User) -> None:
    """The owner has the recovery codes; they are not shown again."""
    row = Authenticator.objects.filter(user=user, type=RECOVERY).first()
    if row is not None:
        RecoveryCodes(row).mark_as_viewed()


def codes_left(user: User) -> int:
    """How many recovery codes still count."""
    row = Authenticator.objects.filter(user=user, type=RECOVERY).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


def reset(*, staff: StaffMember, actor: Actor) -> None:
    """Forget all factors of `staff` and end the open log-ins; the person gets an e-mail."""
    with transaction.atomic():
        Authenticator.objects.filter(user=staff.user).delete()
        actions.note(events.FactorsReset(staff_id=str(staff.public_id)), actor=actor)
        notices.send(staff, "factors_reset")
    sessions.end_all(staff.user)


def _rows(user: User) -> Any:
    return Authenticator.objects.filter(user=user, type__in=(TOTP_KIND, PASSKEY)).order_by("pk")


def _described(row: Authenticator) -> Factor:
    name = row.data.get("name") if row.type == PASSKEY else ""
    return Factor(
        id=row.pk,
        kind=row.type,
        name=str(name or (_("Passkey") if row.type == PASSKEY else _("Anmelde-App"))),
        since=row.created_at,
        used=row.last_used_at,
    )


def _note(staff: StaffMember, kind: str, actor: Actor) -> None:
    actions.note(events.FactorAdded(staff_id=str(staff.public_id), kind=kind), actor=actor)
    notices.send(staff, "factor_added")
