"""Who may see a dossier, and why: in sentences, for one person or for the whole town hall."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from rathaus.core.clock import today
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Membership, Office, Role, StaffMember
from rathaus.organisation.permissions import TOWN_WIDE_ROLES, Grants
from rathaus.records.models import AccessGrant, Case, Document, Dossier
from rathaus.records.permissions import grants_on
from rathaus.records.states import Access
from rathaus.theme import formats


@dataclass(frozen=True)
class Reason:
    """One reason; `until` is the last day it counts, None for no end."""

    text: str
    may_write: bool
    until: date | None = None


@dataclass
class Viewer:
    """Somebody who may see it."""

    staff: StaffMember
    reasons: list[Reason] = field(default_factory=list)

    @property
    def may_write(self) -> bool:
        """Whether one of the reasons allows filing."""
        return any(reason.may_write for reason in self.reasons)


def dossier_of(about: Dossier | Case | Document) -> Dossier:
    """What decides: cases and documents follow their dossier."""
    if isinstance(about, Document):
        return about.case.dossier
    return about.dossier if isinstance(about, Case) else about


def why(staff: StaffMember, about: Dossier | Case | Document) -> list[Reason]:
    """Reasons why `staff` may see it."""
    if not staff.user.is_active:
        return []
    dossier = dossier_of(about)
    return _reasons(staff, organisation.memberships_of(staff), dossier, grants_on(dossier))


def audience(about: Dossier | Case | Document) -> list[Viewer]:
    """Everybody who may see it, by name, with reasons. A constant number of queries."""
    dossier = dossier_of(about)
    grants = grants_on(dossier)
    rows = Membership.objects.filter(staff__user__is_active=True)
    own: defaultdict[int, list[Membership]] = defaultdict(list)
    people: dict[int, StaffMember] = {}
    for row in rows.select_related("staff__user"):
        own[row.staff_id].append(row)
        people[row.staff_id] = row.staff
    held = {pk: list(memberships) for pk, memberships in own.items()}
    day = today()
    for pk, person in people.items():
        stand_in = person.substitute_id
        begins, ends = person.substitute_from, person.substitute_until
        if stand_in in held and (not begins or begins <= day) and (not ends or ends >= day):
            held[stand_in] += [row for row in own[pk] if row.role != Role.OPERATOR]
    found = [
        Viewer(person, _reasons(person, held[pk], dossier, grants)) for pk, person in people.items()
    ]
    viewers = [viewer for viewer in found if viewer.reasons]
    return sorted(viewers, key=lambda viewer: (viewer.staff.last_name, viewer.staff.first_name))


def _reasons(
    staff: StaffMember, rows: list[Membership], dossier: Dossier, grants: list[AccessGrant]
) -> list[Reason]:
    found: list[Reason] = []
    reads = Grants(frozenset((row.role, row.office_id) for row in rows)).can("records.view")
    if not reads:
        return []
    if dossier.access != Access.RESTRICTED:
        found += [reason for row in rows for reason in _by_role(staff, row, dossier)]
    if dossier.access == Access.TOWN and not found:
        found.append(Reason(_("Die Akte ist für alle freigegeben, die mit Akten arbeiten."), False))
    persons = {staff.pk: ""} | {
        row.staff_id: row.staff.name for row in rows if row.staff_id != staff.pk
    }
    named = Grants(
        frozenset((row.role, row.office_id) for row in rows if row.role not in TOWN_WIDE_ROLES)
    )
    for grant in grants:
        if grant.staff_id in persons:
            found.append(_by_grant(grant, _stands_in(persons[grant.staff_id])))
        elif grant.office is not None and named.can("records.view", _office(grant.office)):
            text = _("Das Amt %(office)s ist berechtigt") % {"office": grant.office.label}
            found.append(_by_grant(grant, "", text))
    return list(dict.fromkeys(found))


def _by_role(staff: StaffMember, row: Membership, dossier: Dossier) -> list[Reason]:
    alone = Grants(frozenset({(row.role, row.office_id)}))
    office = _office(dossier.office)
    if not alone.can("records.view", office):
        return []
    instead = "" if row.staff_id == staff.pk else _stands_in(row.staff.name)
    if row.role in TOWN_WIDE_ROLES:
        text = _("%(role)s arbeitet mit den Akten aller Ämter") % {"role": row.get_role_display()}
    elif row.office_id == dossier.office_id:
        text = _("%(role)s im Amt %(office)s, das die Akte führt") % {
            "role": row.get_role_display(),
            "office": office.label,
        }
    else:
        text = _("Leitung über dem Amt %(office)s, das die Akte führt") % {"office": office.label}
    return [Reason(f"{text}{instead}.", alone.can("records.file", office))]


def _by_grant(grant: AccessGrant, instead: str, text: str = "") -> Reason:
    text = text or _("Namentlich berechtigt")
    day = formats.numeric_day(grant.given_at)
    given = _("durch %(who)s am %(day)s") % {"who": grant.given_by, "day": day}
    return Reason(f"{text}{instead} {given}: {grant.reason}", grant.may_write, grant.until)


def _stands_in(name: str) -> str:
    return _(" (in Vertretung für %(name)s)") % {"name": name} if name else ""


def _office(office: Office) -> Office:
    """The office with those above it at hand."""
    return organisation.office_by_id(office.pk)
