"""Shared reads of accounts: for whom somebody may act now."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import Q, QuerySet

from rathaus.accounts.models import (
    Account,
    Child,
    Organisation,
    Representation,
    RepresentationRole,
    RepresentationState,
)
from rathaus.core.clock import today

GROWN_UP = 18
_KEPT = "_kept_for_one_request"


@dataclass(frozen=True)
class Mandate:
    """Somebody on whose behalf an account may act now."""

    kind: Literal["organisation", "child"]
    id: uuid.UUID
    name: str
    role: str
    """``admin``, ``member`` or ``parent``."""
    proof: str
    """Key of the source that vouched for it; empty: told by the person."""
    organisation_id: int | None = None
    """For `Draft.represented` and `Application.represented`."""

    @property
    def on_behalf(self) -> dict[str, str]:
        """As drafts and applications keep it."""
        return {
            "kind": self.kind,
            "id": str(self.id),
            "name": self.name,
            "role": self.role,
            "proof": self.proof,
        }


def active_representations(account: Account) -> QuerySet[Representation]:
    """Representations of an account that hold today."""
    return Representation.objects.filter(_holds(), account=account)


def represented_by(account: Account) -> list[int]:
    """Keys of the organisations an account acts for now; nothing once it is closed."""
    if account.closed_at is not None:
        return []
    kept: dict[str, list[int]] | None = account.__dict__.get(_KEPT)
    if kept is not None and "organisations" in kept:
        return kept["organisations"]
    found = list(active_representations(account).values_list("organisation_id", flat=True))
    if kept is not None:
        kept["organisations"] = found
    return found


def remember(account: Account) -> None:
    """Let this object ask only once for whom it acts: for one request, which asks often."""
    account.__dict__[_KEPT] = {}


def acting_for(account: Account) -> list[Mandate]:
    """Everybody an account may act for now: organisations by name, then children."""
    if account.closed_at is not None:
        return []
    rows = active_representations(account).select_related("organisation")
    found = [_for_organisation(row) for row in rows.order_by("organisation__name", "pk")]
    return found + [_for_child(row) for row in minors(account)]


def mandate(account: Account, kind: str, public_id: uuid.UUID | str) -> Mandate | None:
    """One of `acting_for`, asked anew: what was shown may have ended since."""
    wanted = str(public_id)
    return next(
        (m for m in acting_for(account) if m.kind == kind and str(m.id) == wanted),
        None,
    )


def minors(account: Account) -> QuerySet[Child]:
    """Children an account acts for: until the day before they come of age."""
    rows = Child.objects.filter(account=account, birth_date__gt=grown_up_since())
    return rows.order_by("birth_date", "pk")


def grown_up_since() -> date:
    """Who was born on or before this day is of age today (§ 2, § 188 Abs. 2 BGB)."""
    day = today()
    try:
        return day.replace(year=day.year - GROWN_UP)
    except ValueError:  # 29 February: of age is who was born by then
        return date(day.year - GROWN_UP, 2, 28)


def people_of(organisation: Organisation) -> QuerySet[Representation]:
    """Who acts for an organisation, or asked to."""
    open_states = [RepresentationState.ACTIVE, RepresentationState.REQUESTED]
    rows = Representation.objects.filter(organisation=organisation, state__in=open_states)
    return rows.select_related("account").order_by("state", "role", "requested_at", "pk")


def _holds() -> Q:
    in_time = Q(valid_until=None) | Q(valid_until__gte=today())
    return Q(state=RepresentationState.ACTIVE) & in_time


def _for_organisation(row: Representation) -> Mandate:
    place = row.organisation
    return Mandate(
        kind="organisation",
        id=place.public_id,
        name=place.name,
        role=row.role,
        proof=place.verified_source,
        organisation_id=place.pk,
    )


def _for_child(row: Child) -> Mandate:
    return Mandate(kind="child", id=row.public_id, name=row.name, role="parent", proof="")


def shown(on_behalf: dict[str, Any]) -> str:
    """The name in a stored `on_behalf`; empty where somebody acts for themself."""
    return str(on_behalf.get("name", "")) if on_behalf else ""


def waiting_requests(account: Account) -> list[Representation]:
    """People who want to act for an organisation this account looks after."""
    if not represented_by(account):
        return []
    looked_after = active_representations(account).filter(role=RepresentationRole.ADMIN)
    rows = Representation.objects.filter(
        state=RepresentationState.REQUESTED,
        organisation_id__in=looked_after.values("organisation_id"),
    )
    return list(rows.select_related("account", "organisation").order_by("requested_at")[:50])
