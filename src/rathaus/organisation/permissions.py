"""Who may do what: one table from permission to roles.

A role counts in its office. A head's role also counts in every office below. Permissions
in `TOWN_WIDE` count everywhere for whoever holds the role in any office. Somebody who
stands in for a colleague holds the colleague's roles too, except operator; that is not
passed on further.
"""

from __future__ import annotations

from dataclasses import dataclass

from rathaus.organisation import queries
from rathaus.organisation.models import Membership, Office, Role, StaffMember

_CASE = frozenset({Role.CLERK, Role.HEAD})

TABLE: dict[str, frozenset[Role]] = {
    "case.view": _CASE,
    "case.enter": _CASE,
    "case.take": _CASE,
    "case.correct": _CASE,
    "case.message": _CASE,
    "case.decide": _CASE,
    "case.close": _CASE,
    "case.assign": frozenset({Role.HEAD}),
    "case.approve": frozenset({Role.HEAD}),
    "payment.view": _CASE | {Role.CASHIER},
    "payment.record": frozenset({Role.CASHIER, Role.CLERK, Role.HEAD}),
    "payment.refund": frozenset({Role.CASHIER, Role.HEAD}),
    "payment.match": frozenset({Role.CASHIER}),
    "payment.export": frozenset({Role.CASHIER}),
    "records.view": _CASE | {Role.RECORDS_MANAGER},
    "records.file": _CASE | {Role.RECORDS_MANAGER},
    "records.share": _CASE | {Role.RECORDS_MANAGER},
    "records.lead": frozenset({Role.HEAD, Role.RECORDS_MANAGER}),
    "records.plan": frozenset({Role.RECORDS_MANAGER}),
    "records.dispose": frozenset({Role.RECORDS_MANAGER}),
    "records.release": frozenset({Role.RECORDS_MANAGER, Role.HEAD}),
    "records.verify": frozenset({Role.RECORDS_MANAGER, Role.OPERATOR}),
    "intake.view": _CASE | {Role.RECORDS_MANAGER},
    "intake.work": _CASE | {Role.RECORDS_MANAGER},
    "intake.rules": frozenset({Role.HEAD, Role.RECORDS_MANAGER}),
    "intake.quarantine": frozenset({Role.HEAD, Role.RECORDS_MANAGER, Role.OPERATOR}),
    "intake.release": frozenset({Role.HEAD, Role.RECORDS_MANAGER}),
    "intake.sources": frozenset({Role.OPERATOR}),
    "scan.work": _CASE | {Role.RECORDS_MANAGER},
    "scan.manage": frozenset({Role.RECORDS_MANAGER}),
    "scan.destroy": frozenset({Role.HEAD, Role.RECORDS_MANAGER}),
    "legacy.import": frozenset({Role.RECORDS_MANAGER}),
    "legacy.shelves": frozenset({Role.HEAD, Role.RECORDS_MANAGER}),
    "service.view": frozenset(Role),
    "service.edit": frozenset({Role.DESIGNER}),
    "service.publish": frozenset({Role.DESIGNER}),
    "insight.view": frozenset({Role.HEAD, Role.DESIGNER}),
    "organisation.edit": frozenset({Role.DESIGNER, Role.OPERATOR}),
    "staff.manage": frozenset({Role.OPERATOR}),
    "staff.reset": frozenset({Role.HEAD, Role.OPERATOR}),
    "identity.view": frozenset({Role.OPERATOR}),
    "jobs.view": frozenset({Role.OPERATOR}),
    "jobs.retry": frozenset({Role.OPERATOR}),
}

TOWN_WIDE = frozenset(
    {
        "payment.match",
        "payment.export",
        "records.plan",
        "records.dispose",
        "records.verify",
        "intake.sources",
        "service.view",
        "service.edit",
        "service.publish",
        "insight.view",
        "organisation.edit",
        "staff.manage",
        "identity.view",
        "jobs.view",
        "jobs.retry",
    }
)

TOWN_WIDE_ROLES = frozenset({Role.CASHIER, Role.RECORDS_MANAGER})
"""Roles whose every permission counts in all offices: there is one cash desk, one registry."""


MAX_DEPTH = 20
"""Levels of offices that are looked at, in case somebody made a ring."""


class UnknownPermission(KeyError):
    """A permission that is not in `TABLE`: a mistake in the calling code."""


@dataclass(frozen=True)
class Grants:
    """The roles of one person, resolved once per page: (role, office primary key)."""

    roles: frozenset[tuple[str, int]]

    def can(self, permission: str, office: Office | None = None) -> bool:
        """Whether the roles allow `permission` in `office`; without office: anywhere at all."""
        try:
            allowed = TABLE[permission]
        except KeyError:
            raise UnknownPermission(permission) from None
        for role, office_id in self.roles:
            if role not in allowed:
                continue
            if office is None or permission in TOWN_WIDE or role in TOWN_WIDE_ROLES:
                return True
            if office_id == office.pk or (role == Role.HEAD and _is_above(office_id, office)):
                return True
        return False

    def offices(self, permission: str) -> list[Office]:
        """The offices in which `permission` is held."""
        return [office for office in queries.offices() if self.can(permission, office)]


def grants(staff: StaffMember | None) -> Grants:
    """All roles of `staff` including substitution (one query); none if not active."""
    if staff is None or not staff.user.is_active:
        return Grants(frozenset())
    rows: list[Membership] = queries.memberships_of(staff)
    return Grants(frozenset((row.role, row.office_id) for row in rows))


def can(staff: StaffMember | None, permission: str, office: Office | None = None) -> bool:
    """Whether `staff` may do `permission` in `office`. For many questions use `grants` once."""
    return grants(staff).can(permission, office)


def _is_above(office_id: int, office: Office) -> bool:
    above = office.parent
    for _depth in range(MAX_DEPTH):
        if above is None:
            return False
        if above.pk == office_id:
            return True
        above = above.parent
    return False
