"""What a log-in of an organisation proves: that it exists, and who may act for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction

from rathaus.accounts.actions import acting
from rathaus.accounts.errors import AlreadyActing
from rathaus.accounts.events import OrganisationFounded, RepresentationRequested
from rathaus.accounts.models import (
    Account,
    Organisation,
    Representation,
    RepresentationRole,
    RepresentationState,
)
from rathaus.accounts.sources.base import Verified
from rathaus.core import secrets
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import new_chain, record

ADDRESS = ("street", "house_number", "postal_code", "city", "country")
REGISTER = {"kind": "register_kind", "number": "register_number", "court": "register_court"}


def subject_digest(source: str, identifier: str) -> str:
    """How an organisation's identifier at a source is kept."""
    return secrets.digest(f"{source}\n{identifier}", "organisation")


@transaction.atomic
def from_verified(
    account: Account, verified: Verified, actor: Actor
) -> tuple[Organisation, Representation] | None:
    """Find or make the organisation this log-in belongs to, and let the person act for it.

    Whom an admin of the organisation has removed or refused does not come back this way:
    then it is a request. None where the log-in names no organisation.
    """
    if not verified.organisation:
        return None
    organisation = _organisation(verified, actor, account)
    held = Representation.objects.filter(account=account, organisation=organisation)
    current = held.filter(
        state__in=[RepresentationState.ACTIVE, RepresentationState.REQUESTED]
    ).first()
    if current is not None and acting.holds(current):
        return organisation, current
    try:
        return organisation, _begin(account, organisation, held.order_by("-pk").first(), actor,
                                    verified.source)  # fmt: skip
    except AlreadyActing:  # another window was faster
        return organisation, held.order_by("-pk")[0]


def _begin(
    account: Account,
    organisation: Organisation,
    before: Representation | None,
    actor: Actor,
    source: str,
) -> Representation:
    sent_away = (
        before is not None
        and before.state in {RepresentationState.ENDED, RepresentationState.REFUSED}
        and before.decided_by_id is not None
        and before.decided_by_id != account.pk
    )
    if sent_away or acting.was_limited(before):
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
    has_admin = acting.admins_of(organisation).exists()
    role = RepresentationRole.MEMBER if has_admin else RepresentationRole.ADMIN
    return acting.let_in(
        account, organisation, role=role, decided_by=None, actor=actor, source=source
    )


def _organisation(verified: Verified, actor: Actor, account: Account) -> Organisation:
    digest = subject_digest(verified.source, verified.organisation)
    rows = Organisation.objects.filter(verified_source=verified.source, subject_digest=digest)
    facts = _facts(verified)
    known = rows.select_related("chain").first()
    if known is not None:
        told = {key: value for key, value in facts.items() if value}
        if any(getattr(known, key) != value for key, value in told.items()):
            rows.update(**told)
            known.refresh_from_db()
        return known
    try:
        with transaction.atomic():
            made = Organisation.objects.create(
                chain=new_chain("organisation"),
                verified_source=verified.source,
                subject_digest=digest,
                created_at=now(),
                **facts,
            )
            event = OrganisationFounded(organisation=str(made.public_id), source=verified.source)
            record(made.chain, event, actor=actor)
            record(account.chain, event, actor=actor)
            return made
    except IntegrityError:  # two people of the same company at the same moment
        return rows.select_related("chain").get()


def _facts(verified: Verified) -> dict[str, Any]:
    def value(name: str) -> str:
        found = verified.attributes.get(name)
        return found.value.strip() if found else ""

    register = {key: value(f"organisation_{name}") for key, name in REGISTER.items()}
    return {
        "name": value("organisation_name")[:200],
        "legal_form": value("organisation_legal_form")[:80],
        "register": {key: text for key, text in register.items() if text},
        "address": _address(value),
    }


def _address(value: Callable[[str], str]) -> dict[str, str]:
    """Of the organisation itself; somebody in business for themself has only one's own."""
    own = {key: text for key in ADDRESS if (text := value(f"organisation_{key}"))}
    return own or {key: text for key in ADDRESS if (text := value(key))}
