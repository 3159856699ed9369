"""Who may write where, beyond reading: asked by the actions that touch two places."""

from __future__ import annotations

from django.db.models import Q

from rathaus.core.clock import today
from rathaus.organisation.models import Role, StaffMember
from rathaus.organisation.permissions import Grants
from rathaus.records import access
from rathaus.records.actions.errors import NotAllowed
from rathaus.records.models import MAX_DEPTH, AccessGrant, Dossier
from rathaus.records.states import Access


def may_write(staff: StaffMember | None, dossier: Dossier) -> bool:
    """Whether `staff` may file in `dossier`: by role in the keeping office, or by a grant.

    In a restricted dossier only a grant with the right to write counts.
    """
    who = access.standing(staff)
    by_role = who.grants.can("records.file", dossier.office)
    if dossier.access != Access.RESTRICTED and by_role:
        return True
    return granted(who, dossier, write=True)


def may_manage(staff: StaffMember | None, dossier: Dossier) -> bool:
    """Whether `staff` decides who may see `dossier`: registry, head of the office, or a writer
    named in it."""
    who = access.standing(staff)
    if who.grants.can("records.plan"):
        return True
    if dossier.access == Access.RESTRICTED:
        return granted(who, dossier, write=True)
    heads = Grants(frozenset(pair for pair in who.grants.roles if pair[0] == Role.HEAD))
    return heads.can("records.file", dossier.office) or granted(who, dossier, write=True)


def require_write(staff: StaffMember | None, dossier: Dossier) -> None:
    """Raises: NotAllowed."""
    if not may_write(staff, dossier):
        raise NotAllowed(dossier.reference)


def granted(who: access.Standing, dossier: Dossier, *, write: bool) -> bool:
    """Whether a grant of today on the dossier or what it inherits from names the person."""
    rows = who.granted().filter(applicable(dossier))
    return (rows.filter(may_write=True) if write else rows).exists()


def applicable(dossier: Dossier) -> Q:
    """The grants that count for a dossier: its own, and those of what it inherits from."""
    keys, entry = [dossier.pk], None
    one = dossier
    for _level in range(MAX_DEPTH):
        if one.own_access:
            break
        if one.parent is None:
            entry = entry_of_scope(one.filing_plan_entry.scope)
            break
        one = one.parent
        keys.append(one.pk)
    where = Q(dossier__in=keys)
    return where | Q(entry=entry) if entry else where


def entry_of_scope(scope: str) -> int | None:
    """Primary key of the place that a scope names."""
    kind, _, key = scope.partition(":")
    return int(key) if kind == "entry" else None


def grants_on(dossier: Dossier) -> list[AccessGrant]:
    """Grants that count for the dossier now, with who they name (one query, and one per level)."""
    rows = AccessGrant.objects.active(today()).filter(applicable(dossier))
    return list(rows.select_related("staff", "office", "dossier", "entry"))
