"""Who may read what: scopes of plan entries and dossiers, and the scopes somebody holds.

Every dossier carries one scope: ``office:<pk>`` (who works for the keeping office), ``town``
(everybody who works with records), ``entry:<pk>`` (restricted by a place of the plan) or
``dossier:<pk>`` (restricted itself, or shared with more people). Cases and documents follow
their dossier, in the database and in the search. So a list needs one condition, and nothing
has to be checked afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from rathaus.core.clock import today
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import StaffMember
from rathaus.organisation.permissions import TOWN_WIDE_ROLES, Grants
from rathaus.records.models import (
    MAX_DEPTH,
    AccessGrant,
    AccessGrantQuerySet,
    Dossier,
    FilingPlanEntry,
)
from rathaus.records.states import Access

TOWN = "town"


def office_scope(office_id: int) -> str:
    """The scope of what an office keeps."""
    return f"office:{office_id}"


@dataclass(frozen=True)
class Standing:
    """In which offices somebody reads, and as whom (s)he may be named in a grant."""

    grants: Grants
    offices: list[int]
    """Offices whose records (s)he reads by role."""
    named: list[int]
    """Offices (s)he works for: a grant to one of them counts. Town-wide roles do not."""
    persons: list[int]
    """(S)he and those (s)he stands in for."""

    @property
    def scopes(self) -> list[str]:
        """Scopes that follow from the roles alone."""
        return [*map(office_scope, self.offices), *([TOWN] if self.offices else ())]

    def granted(self) -> AccessGrantQuerySet:
        """What is granted today to the person or the offices."""
        mine = Q(staff__in=self.persons) | Q(office__in=self.named)
        rows: AccessGrantQuerySet = AccessGrant.objects.active(today()).filter(mine)
        return rows


def standing(staff: StaffMember | None) -> Standing:
    """Roles of `staff` with substitution (one query); nothing for who is not active."""
    if staff is None or not staff.user.is_active:
        return Standing(Grants(frozenset()), [], [], [])
    rows = organisation.memberships_of(staff)
    grants = Grants(frozenset((row.role, row.office_id) for row in rows))
    own = Grants(frozenset(pair for pair in grants.roles if pair[0] not in TOWN_WIDE_ROLES))
    every = organisation.offices()  # once: both lists are of the same town
    return Standing(
        grants=grants,
        offices=[office.pk for office in every if grants.can("records.view", office)],
        named=[office.pk for office in every if own.can("records.view", office)],
        persons=sorted({staff.pk, *(row.staff_id for row in rows)}),
    )


def scopes_of(who: Standing, *, by_writing: bool = False) -> list[str]:
    """All scopes somebody may read in; `by_writing`: those a grant lets write in, without roles.

    As many queries as dossiers lie below each other at most, one in a town without shared
    sub-dossiers below shared dossiers.
    """
    if not who.offices:
        return []
    grants = who.granted().filter(may_write=True) if by_writing else who.granted()
    granted = list(grants.values_list("entry_id", "dossier_id"))
    by_role = () if by_writing else who.scopes
    found = [*by_role, *(f"entry:{entry}" for entry, _ in granted if entry)]
    named = [dossier for _, dossier in granted if dossier]
    new = _own_scopes(Q(above_scope__in=found) | Q(pk__in=named))
    for _level in range(MAX_DEPTH):
        found += new
        if not new:
            break
        new = [scope for scope in _own_scopes(Q(above_scope__in=new)) if scope not in found]
    return list(dict.fromkeys(found))


def _own_scopes(where: Q) -> list[str]:
    own = Q(scope=Concat(Value("dossier:"), Cast("pk", CharField())))
    return list(Dossier.objects.filter(own & where).order_by().values_list("scope", flat=True))


def set_entry(entry: FilingPlanEntry, parent: FilingPlanEntry | None) -> None:
    """Fill in what the place takes over from `parent` (not saved). It has a primary key."""
    if entry.own_access:
        entry.access = entry.own_access
        entry.scope = {
            Access.OFFICE.value: "",
            Access.TOWN.value: TOWN,
            Access.RESTRICTED.value: f"entry:{entry.pk}",
        }[entry.own_access]
    else:
        entry.access = parent.access if parent else Access.OFFICE
        entry.scope = parent.scope if parent else ""


def set_dossier(dossier: Dossier, *, shared: bool | None = None) -> None:
    """Compute access and scope of a dossier from itself and what is above (not saved).

    `shared` tells whether it has grants of its own; asked for if not given.
    """
    above, entry = dossier.parent, dossier.filing_plan_entry
    office = office_scope(dossier.office_id)
    if dossier.own_access:
        dossier.access = dossier.own_access
        base = {Access.OFFICE.value: office, Access.TOWN.value: TOWN}.get(dossier.own_access, "")
    elif above is not None:
        dossier.access, base = above.access, above.scope
    else:
        dossier.access, base = entry.access, entry.scope or office
    if shared is None:
        shared = dossier.pk is not None and _is_shared(dossier)
    own = shared or not base
    dossier.scope = f"dossier:{dossier.pk}" if own and dossier.pk else base
    dossier.above_scope = base if own else ""


def _is_shared(dossier: Dossier) -> bool:
    return dossier.grants.filter(revoked_at__isnull=True).exists()


def spread_from_dossier(dossier: Dossier) -> list[int]:
    """Store the scope of a dossier and of all below; primary keys of those that changed."""
    changed: list[int] = []
    level = [dossier]
    for _depth in range(MAX_DEPTH + 1):
        for one in level:
            before = (one.access, one.scope, one.above_scope)
            set_dossier(one)
            after = (one.access, one.scope, one.above_scope)
            if after != before:
                Dossier.objects.filter(pk=one.pk).update(
                    access=one.access, scope=one.scope, above_scope=one.above_scope
                )
                changed.append(one.pk)
        above = {one.pk: one for one in level}
        level = list(Dossier.objects.filter(parent__in=above).select_related("filing_plan_entry"))
        for one in level:
            one.parent = above[one.parent_id] if one.parent_id else None
        if not level:
            break
    return changed


def spread_from_entry(entry: FilingPlanEntry) -> None:
    """Store the scope of the top dossiers of one place, and of what is below them.

    Those that are neither shared nor have sub-dossiers change in one statement: there may be
    tens of thousands.
    """
    inherit = Dossier.objects.filter(filing_plan_entry=entry, parent__isnull=True, own_access="")
    special = inherit.filter(
        Q(grants__revoked_at__isnull=True, grants__isnull=False) | Q(children__isnull=False)
    ).distinct()
    special_keys = list(special.order_by().values_list("pk", flat=True))
    office = Concat(Value("office:"), Cast("office_id", CharField()))
    inherit.exclude(pk__in=special_keys).update(
        access=entry.access,
        scope=Value(entry.scope) if entry.scope else office,
        above_scope="",
    )
    rows = Dossier.objects.filter(pk__in=special_keys).select_related("filing_plan_entry")
    for dossier in rows:
        spread_from_dossier(dossier)
