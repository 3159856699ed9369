"""Two accounts of one person become one."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import models, transaction
from django.db.models import F

from rathaus.accounts import devices, mail
from rathaus.accounts.actions.closing import drop_exports
from rathaus.accounts.errors import AccountError, Changed
from rathaus.accounts.events import AccountsMerged
from rathaus.accounts.models import (
    Account,
    Authentication,
    Child,
    Consent,
    ContactConfirmation,
    Identity,
    PendingLogin,
    Representation,
    RepresentationState,
)
from rathaus.accounts.ways import address_for_notices, has_password
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.models import EventPersonalData

PROFILE = ("first_names", "last_name", "phone", "address", "contact_email")
WITH_PASSWORD = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
HELD = (RepresentationState.REQUESTED, RepresentationState.ACTIVE)


class SameAccount(AccountError):
    """There is nothing to merge."""


@dataclass(frozen=True)
class Share:
    """How much of one kind would move; `relation` names the kind."""

    relation: str
    number: int


def overview(account: Account) -> list[Share]:
    """What belongs to an account, by relation: ``identities``, ``drafts``, ``applications`` …"""
    found = []
    for relation in ("identities", "drafts", "applications", "representations", "children"):
        rows: models.Manager[models.Model] | None = getattr(account, relation, None)
        if rows is not None:
            found.append(Share(relation, rows.count()))
    return found


def merge(*, keep: Account, give_up: Account, actor: Actor) -> None:
    """Move everything of `give_up` to `keep` and close it; both were just logged in to.

    Other rooms move what is theirs when they hear `AccountsMerged` in the chain of `keep`.
    Raises: SameAccount, Changed where one of them is closed.
    """
    if keep.pk == give_up.pk:
        raise SameAccount
    with transaction.atomic():
        # The lower key first: two merges in opposite directions cannot wait for each other.
        for pk in sorted((keep.pk, give_up.pk)):
            still = Account.objects.filter(pk=pk, closed_at=None)
            if not still.update(last_used_at=F("last_used_at")):
                raise Changed
        _tell(keep, give_up)
        Identity.objects.filter(account=give_up).update(account=keep)
        Child.objects.filter(account=give_up).update(account=keep)
        Consent.objects.filter(account=give_up).update(account=keep)
        _move_representations(keep, give_up)
        _fill_profile(keep, give_up)
        _move_password(keep, give_up)
        event = AccountsMerged(kept=str(keep.public_id), given_up=str(give_up.public_id))
        record(keep.chain, event, actor=actor)
        record(give_up.chain, event, actor=actor)
        _close(give_up)


def _move_representations(keep: Account, give_up: Account) -> None:
    """Of two for one organisation the one that reaches further stays."""
    for row in Representation.objects.filter(account=give_up, state__in=HELD):
        same = Representation.objects.filter(
            account=keep, organisation=row.organisation_id, state__in=HELD
        ).first()
        if same is not None:
            weaker = same if _reach(row) > _reach(same) else row
            ended = Representation.objects.filter(pk=weaker.pk)
            ended.update(state=RepresentationState.ENDED, decided_at=now())
    Representation.objects.filter(account=give_up).update(account=keep)


def _reach(row: Representation) -> tuple[bool, bool]:
    return row.state == RepresentationState.ACTIVE, row.role == "admin"


def _fill_profile(keep: Account, give_up: Account) -> None:
    """What the kept account does not say yet is taken over; nothing is overwritten."""
    keep.refresh_from_db(fields=list(PROFILE))
    give_up.refresh_from_db(fields=list(PROFILE))
    changes = {
        name: getattr(give_up, name)
        for name in PROFILE
        if not getattr(keep, name) and getattr(give_up, name)
    }
    if changes:
        Account.objects.filter(pk=keep.pk).update(**changes)


def _move_password(keep: Account, give_up: Account) -> None:
    """Address, password and codes from an app, where the kept account has no password.

    Passkeys stay behind: devices keep them under the user they were made for.
    """
    if has_password(keep) or not has_password(give_up):
        return
    old, new = give_up.user, keep.user
    EmailAddress.objects.filter(user_id=new.pk).delete()
    EmailAddress.objects.filter(user_id=old.pk).update(user_id=new.pk)
    Authenticator.objects.filter(user_id=new.pk, type__in=WITH_PASSWORD).delete()
    Authenticator.objects.filter(user_id=old.pk, type__in=WITH_PASSWORD).update(user_id=new.pk)
    new.password = old.password
    new.save(update_fields=["password"])


def _tell(keep: Account, give_up: Account) -> None:
    """The owners of both addresses, before one of them is forgotten."""
    languages = {address_for_notices(one): one.language for one in (give_up, keep)}
    for to, language in languages.items():
        if to:
            mail.send(name="accounts_merged", to=to, language=language)


def _close(account: Account) -> None:
    """Nobody logs in here any more, and nothing readable stays."""
    user = account.user
    user.set_unusable_password()
    user.is_active = False
    user.save(update_fields=["password", "is_active"])
    EmailAddress.objects.filter(user_id=user.pk).delete()
    Authenticator.objects.filter(user_id=user.pk).delete()
    devices.end_others(account, current_key="")
    Authentication.objects.filter(account=account).delete()
    PendingLogin.objects.filter(account=account).delete()
    ContactConfirmation.objects.filter(account=account).delete()
    drop_exports(account)
    EventPersonalData.objects.filter(event__chain_id=account.chain_id).delete()
    empty = {name: {} if name == "address" else "" for name in PROFILE}
    Account.objects.filter(pk=account.pk).update(closed_at=now(), **empty)
