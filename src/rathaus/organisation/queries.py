"""Reads of the organisation. Town and offices come from a cache that is never stale."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import Prefetch, Q

from rathaus.core.clock import today
from rathaus.core.models import User
from rathaus.organisation import revision
from rathaus.organisation.models import Closure, Membership, Office, Role, StaffMember, Town
from rathaus.organisation.revision import RevisionCache

T = TypeVar("T")
PAST_CLOSURES = timedelta(days=31)


@dataclass(frozen=True)
class Snapshot:
    """Town, offices with hours, and closures of one revision. Treat all of it as read-only."""

    town: Town
    offices: dict[str, Office]
    closures: dict[date, str]


def town() -> Town:
    """The town; before it is set up an unsaved one with a neutral name. Read-only."""
    return snapshot().town


def office(key: str) -> Office:
    """The office with its hours and closures at hand. Raises `Office.DoesNotExist`. Read-only."""
    try:
        return snapshot().offices[key]
    except KeyError:
        raise Office.DoesNotExist(f"no office {key!r}") from None


def office_by_id(pk: int) -> Office:
    """Like `office`, by primary key."""
    for found in snapshot().offices.values():
        if found.pk == pk:
            return found
    raise Office.DoesNotExist(f"no office {pk}")


def offices() -> list[Office]:
    """All offices in the order of the tree: each followed by those below it."""
    return list(snapshot().offices.values())


def town_closures() -> dict[date, str]:
    """Days on which the whole town hall is closed, with reason."""
    return dict(snapshot().closures)


def below(office: Office) -> list[Office]:
    """`office` and every office below it."""
    found = {office.pk}
    inside = []
    for candidate in offices():
        if candidate.pk in found or candidate.parent_id in found:
            found.add(candidate.pk)
            inside.append(candidate)
    return inside


def staff_of(user: User) -> StaffMember | None:
    """The member of staff who logs in as `user`.

    The people of the demo town exist only in the simulation: everybody knows their password.
    """
    if town().is_demo and not settings.SIMULATION:
        return None
    return StaffMember.objects.filter(user=user, user__is_active=True).first()


def memberships_of(staff: StaffMember) -> list[Membership]:
    """Own roles of `staff`, then the roles of those `staff` stands in for (one query).

    Asked once per page where the face said so (`remembering`).
    """
    return remembered(staff, "memberships", lambda: _memberships(staff))


def remembering(staff: StaffMember) -> StaffMember:
    """This object lives for one page only: what (s)he may do is read once for it."""
    staff.__dict__["_page"] = {}
    return staff


def remembered(staff: StaffMember, what: str, read: Callable[[], T]) -> T:
    """The answer of `read`, kept on an object of `remembering`; else read anew each time."""
    page = staff.__dict__.get("_page")
    if page is None:
        return read()
    if what not in page:
        page[what] = read()
    kept: T = page[what]
    return kept


def _memberships(staff: StaffMember) -> list[Membership]:
    day = today()
    rows = Membership.objects.filter(staff=staff) | Membership.objects.filter(
        Q(staff__substitute_from=None) | Q(staff__substitute_from__lte=day),
        Q(staff__substitute_until=None) | Q(staff__substitute_until__gte=day),
        staff__substitute=staff,
    ).exclude(role=Role.OPERATOR)
    found = list(rows.select_related("staff").order_by("pk"))
    return sorted(found, key=lambda row: row.staff_id != staff.pk)


def offices_of(staff: StaffMember) -> list[Office]:
    """Offices `staff` works in, and those of the people `staff` stands in for."""
    keys = {row.office_id for row in memberships_of(staff)}
    return [candidate for candidate in offices() if candidate.pk in keys]


def visible_offices(staff: StaffMember) -> list[Office]:
    """Like `offices_of`, with every office below one that `staff` heads."""
    rows = memberships_of(staff)
    keys = {row.office_id for row in rows}
    headed = {row.office_id for row in rows if row.role == Role.HEAD}
    for candidate in offices():
        if candidate.pk in headed:
            keys.update(inner.pk for inner in below(candidate))
    return [candidate for candidate in offices() if candidate.pk in keys]


def members(offices_: Iterable[Office], *, former: bool = False) -> list[StaffMember]:
    """Active staff of `offices_`, by name; with `former` also those who may not log in any more."""
    rows = StaffMember.objects.filter(memberships__office__in=list(offices_))
    if not former:
        rows = rows.filter(user__is_active=True)
    return list(rows.select_related("user").distinct())


def responsible() -> list[Membership]:
    """Roles beyond that of a clerk, held by active staff, by name, each with its person."""
    rows = Membership.objects.filter(staff__user__is_active=True).exclude(role=Role.CLERK)
    return list(
        rows.select_related("staff__user").order_by("staff__last_name", "staff__first_name")
    )


def snapshot() -> Snapshot:
    """Everything about the town that pages need, as of the present revision."""
    return _cache.get()


def _revision() -> str | None:
    return revision.read(Town._meta.db_table)


def _build() -> Snapshot:
    since = today() - PAST_CLOSURES
    closures = Closure.objects.filter(date__gte=since)
    rows = list(
        Office.objects.select_related("head").prefetch_related(
            "opening_hours", Prefetch("closures", queryset=closures)
        )
    )
    by_pk = {row.pk: row for row in rows}
    for row in rows:
        if row.parent_id is not None:
            row.parent = by_pk[row.parent_id]
    return Snapshot(
        town=Town.objects.first() or Town(name="Offenes Rathaus", kind="", postal_code=""),
        offices={row.key: row for row in _in_tree_order(rows)},
        closures={row.date: row.reason for row in closures if row.office_id is None},
    )


def _in_tree_order(rows: list[Office]) -> list[Office]:
    children: dict[int | None, list[Office]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    ordered: list[Office] = []

    def walk(parent: int | None) -> None:
        for row in children.get(parent, []):
            ordered.append(row)
            walk(row.pk)

    walk(None)
    return ordered


_cache: RevisionCache[Snapshot] = RevisionCache(_revision, _build)


def forget() -> None:
    """Read the revision again at the next use (after a write in this thread)."""
    _cache.forget()
