"""Acting for an organisation: founded, asked for, approved, changed, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from rathaus.accounts import queries
from rathaus.accounts.errors import AlreadyActing, Changed, LastAdmin, NotAllowed, TooMany
from rathaus.accounts.events import (
    OrganisationFounded,
    RepresentationBegan,
    RepresentationChanged,
    RepresentationEnded,
    RepresentationRefused,
)
from rathaus.accounts.models import (
    Account,
    Organisation,
    Representation,
    RepresentationRole,
    RepresentationState,
)
from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.core.events import EventType, new_chain, record

MOST = 30
"""Organisations one account may found or act for."""
ADMIN, MEMBER = RepresentationRole.ADMIN, RepresentationRole.MEMBER
REQUESTED, ACTIVE = RepresentationState.REQUESTED, RepresentationState.ACTIVE
REFUSED, ENDED = RepresentationState.REFUSED, RepresentationState.ENDED


@transaction.atomic
def found(
    *,
    account: Account,
    name: str,
    legal_form: str = "",
    register: dict[str, str] | None = None,
    address: dict[str, Any] | None = None,
    actor: Actor,
) -> Organisation:
    """An organisation as its founder describes it; nobody has proved it.

    Raises: TooMany.
    """
    check_room(account)
    organisation = Organisation.objects.create(
        chain=new_chain("organisation"),
        name=name[:200],
        legal_form=legal_form[:80],
        register=register or {},
        address=address or {},
        created_at=now(),
    )
    event = OrganisationFounded(organisation=str(organisation.public_id), source="")
    record(organisation.chain, event, actor=actor)
    record(account.chain, event, actor=actor)
    let_in(account, organisation, role=ADMIN, decided_by=account, actor=actor)
    return organisation


@transaction.atomic
def approve(
    *,
    representation: Representation,
    by: Account,
    role: str = MEMBER,
    valid_until: date | None = None,
    actor: Actor,
) -> None:
    """An admin lets somebody act for the organisation. Raises: NotAllowed, Changed."""
    organisation = _as_admin(representation, by)
    changes = {"role": role, "valid_until": valid_until}
    _move(representation, [REQUESTED], ACTIVE, decided_by=by, **changes)
    _tell(representation, organisation, RepresentationBegan, actor, **_terms(representation))


@transaction.atomic
def refuse(*, representation: Representation, by: Account, actor: Actor) -> None:
    """An admin says no, or the person takes the request back. Raises: NotAllowed, Changed."""
    if representation.account_id == by.pk:
        organisation = _locked(representation)
    else:
        organisation = _as_admin(representation, by)
    _move(representation, [REQUESTED], REFUSED, decided_by=by)
    _tell(representation, organisation, RepresentationRefused, actor)


@transaction.atomic
def change(
    *,
    representation: Representation,
    by: Account,
    role: str,
    valid_until: date | None,
    actor: Actor,
) -> None:
    """Another role or last day. Raises: NotAllowed, Changed, LastAdmin."""
    organisation = _as_admin(representation, by)
    if role != ADMIN or valid_until is not None:
        _keep_an_admin(organisation, without=representation)
    _move(representation, [ACTIVE], ACTIVE, role=role, valid_until=valid_until)
    _tell(representation, organisation, RepresentationChanged, actor, **_terms(representation))


@transaction.atomic
def end(*, representation: Representation, by: Account, actor: Actor) -> None:
    """Leave, or be removed by an admin; access is gone at once.

    Raises: NotAllowed, Changed, LastAdmin.
    """
    own = representation.account_id == by.pk
    organisation = _locked(representation) if own else _as_admin(representation, by)
    _keep_an_admin(organisation, without=representation)
    _move(representation, [ACTIVE], ENDED, decided_by=by)
    reason = "left" if own else "removed"
    _tell(representation, organisation, RepresentationEnded, actor, reason=reason)


@transaction.atomic
def expire(*, representation: Representation, actor: Actor) -> bool:
    """Close a representation whose last day is over; the query shows it no more anyway."""
    try:
        _move(representation, [ACTIVE], ENDED)
    except Changed:
        return False
    organisation = representation.organisation
    _tell(representation, organisation, RepresentationEnded, actor, reason="expired")
    return True


def end_all(*, account: Account, actor: Actor) -> None:
    """The account is closed: it acts for nobody, and nobody through it.

    Where it was the only admin, the others' representations end too: nobody could end them.
    Call inside the transaction of the closing.
    """
    rows = Representation.objects.filter(account=account, state__in=[REQUESTED, ACTIVE])
    for row in rows.select_related("organisation__chain", "account__chain"):
        organisation = _locked(row)
        orphaned = row.state == ACTIVE and is_last_admin(row)
        others = queries.people_of(organisation).exclude(pk=row.pk) if orphaned else ()
        for leaving in [row, *others]:
            _move(leaving, [REQUESTED, ACTIVE], ENDED)
            _tell(leaving, organisation, RepresentationEnded, actor, reason="account_closed")


def is_last_admin(representation: Representation) -> bool:
    """Whether nobody else could let people in and remove them."""
    others = admins_of(representation.organisation).exclude(pk=representation.pk)
    return representation.role == ADMIN and not others.exists()


def holds(representation: Representation) -> bool:
    """Asked for, or active and not over."""
    last = representation.valid_until
    over = representation.state == ACTIVE and last is not None and last < today()
    return representation.state in {REQUESTED, ACTIVE} and not over


def was_limited(representation: Representation | None) -> bool:
    """Whether an admin had set a last day, which is over."""
    return representation is not None and representation.valid_until is not None


def admins_of(organisation: Organisation) -> QuerySet[Representation]:
    """Admins who stay."""
    return Representation.objects.filter(
        organisation=organisation, role=ADMIN, state=ACTIVE, valid_until=None
    )


def check_room(account: Account) -> None:
    """Raises: TooMany."""
    rows = Representation.objects.filter(account=account, state__in=[REQUESTED, ACTIVE])
    if rows.count() >= MOST:
        raise TooMany(MOST)


def let_in(
    account: Account,
    organisation: Organisation,
    *,
    role: str,
    decided_by: Account | None,
    actor: Actor,
    source: str = "",
) -> Representation:
    """Begin a representation without asking. Raises: AlreadyActing."""
    row = create(account, organisation, role=role, state=ACTIVE, decided_by=decided_by)
    _tell(row, organisation, RepresentationBegan, actor, **_terms(row), source=source)
    return row


def create(
    account: Account,
    organisation: Organisation,
    *,
    role: str,
    state: str,
    decided_by: Account | None = None,
) -> Representation:
    """The row; one that is over but not yet closed makes room. Raises: AlreadyActing."""
    over = Representation.objects.filter(
        account=account, organisation=organisation, state=ACTIVE, valid_until__lt=today()
    )
    for row in over.select_related("organisation__chain", "account__chain"):
        expire(representation=row, actor=Actor.system("accounts"))
    moment = now()
    try:
        with transaction.atomic():
            return Representation.objects.create(
                account=account,
                organisation=organisation,
                role=role,
                state=state,
                requested_at=moment,
                decided_at=moment if state == ACTIVE else None,
                decided_by=decided_by,
            )
    except IntegrityError:
        raise AlreadyActing(str(organisation.public_id)) from None


def _locked(representation: Representation) -> Organisation:
    """One change at a time per organisation, so that two last admins cannot both leave."""
    Organisation.objects.filter(pk=representation.organisation_id).update(name=F("name"))
    representation.refresh_from_db()
    return representation.organisation


def _as_admin(representation: Representation, by: Account) -> Organisation:
    organisation = _locked(representation)
    rows = queries.active_representations(by).filter(organisation=organisation, role=ADMIN)
    if by.closed_at is not None or not rows.exists():
        raise NotAllowed(str(organisation.public_id))
    return organisation


def _keep_an_admin(organisation: Organisation, *, without: Representation) -> None:
    """Somebody without last day stays to look after the others; alone one may go."""
    if not is_last_admin(without):
        return
    if queries.people_of(organisation).exclude(pk=without.pk).exists():
        raise LastAdmin(str(organisation.public_id))


def _move(row: Representation, sources: list[str], target: str, **changes: Any) -> None:
    moved = Representation.objects.filter(pk=row.pk, state__in=sources).update(
        state=target, decided_at=now(), **changes
    )
    if not moved:
        raise Changed(str(row.public_id))
    row.refresh_from_db()


def _terms(row: Representation) -> dict[str, str]:
    last = row.valid_until.isoformat() if row.valid_until else ""
    return {"role": row.role, "valid_until": last}


def _tell(
    row: Representation,
    organisation: Organisation,
    kind: Callable[..., EventType],
    actor: Actor,
    **more: Any,
) -> None:
    """The same event in both chains: the organisation's and the person's."""
    event = kind(
        organisation=str(organisation.public_id), account=str(row.account.public_id), **more
    )
    record(organisation.chain, event, actor=actor)
    record(row.account.chain, event, actor=actor)
