"""A town from a YAML file: town, offices, hours, closures, staff, roles, substitutes.

Loading again updates what is there by key (offices) and login (staff). Offices, people and roles
that the file no longer names stay, because cases and their history hang on them; the report
names them. Only days of closure that are still to come end with their line in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from rathaus.core.actors import Actor
from rathaus.core.clock import today
from rathaus.core.events import record
from rathaus.core.models import User
from rathaus.organisation import actions, events, signals
from rathaus.organisation.models import (
    Closure,
    Membership,
    Office,
    OpeningHours,
    Role,
    StaffMember,
    Town,
)
from rathaus.organisation.townfile import (
    ClosureData,
    OfficeData,
    StaffData,
    TownFile,
    TownFileError,
    read_town,
)

__all__ = ["DEMO_TOWN", "Report", "TownFileError", "apply", "load_town", "read_town"]

DEMO_TOWN = Path(__file__).parent / "demo" / "wiesmoor.yaml"


@dataclass
class Report:
    """What loading did, in lines for people."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """What is not in the file, and stays."""

    def note(self, what: str, created: bool, changes: list[str]) -> None:
        """Keep that something is new or changed; nothing if it is as before."""
        if created:
            self.created.append(what)
        elif changes:
            self.changed.append(f"{what}: {', '.join(changes)}")


def load_town(
    path: Path = DEMO_TOWN, *, password: str | None = None, actor: Actor | None = None
) -> Town:
    """Create or update the town from a file.

    New staff get `password` (unchecked: for a demo), or none and cannot log in until one is
    set. Raises: TownFileError; then nothing is changed.
    """
    apply(read_town(path), password=password, actor=actor or Actor.system("loading"))
    return Town.objects.get()


def apply(data: TownFile, *, actor: Actor, password: str | None = None) -> Report:
    """Bring the database up to the file, all or nothing, and say what that changed.

    New staff get `password`, or none. Raises: TownFileError (a login that is not free).
    """
    report = Report()
    with transaction.atomic():
        _load_town(data, report)
        chain = actions.site_chain()
        event = events.TownLoaded(
            offices=len(data.offices), staff=len(data.staff), source_sha256=data.sha256
        )
        record(chain, event, actor=actor)
        _load_closures(data.closures, None, report)
        offices = _load_offices(data, report)
        _load_staff(data, offices, report, actor, password)
        _name_what_is_left(data, report)
        signals.changed()
    return report


def _load_town(data: TownFile, report: Report) -> None:
    town = Town.objects.first() or Town()
    created = town.chain_id is None
    changes = _set(town, data.town.model_dump())
    if created or changes:
        town.save()
    report.note(town.full_name, created, changes)


def _set(row: Any, values: dict[str, Any]) -> list[str]:
    """Give the row these values; returns the names of those that differ."""
    changes = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changes:
        setattr(row, name, values[name])
    return changes


def _load_closures(wanted: tuple[ClosureData, ...], office: Office | None, report: Report) -> None:
    """Past days stay: deadlines were reckoned with them."""
    label = f"closures of {office.key}" if office else "closures of the town hall"
    before = {row.date: row for row in Closure.objects.filter(office=office)}
    after = {row.date: row.reason for row in wanted}
    changes = []
    for day, reason in after.items():
        if day not in before or before[day].reason != reason:
            Closure.objects.update_or_create(office=office, date=day, defaults={"reason": reason})
            changes.append(day.isoformat())
    for day, row in before.items():
        if day not in after and day > today():
            row.delete()
            changes.append(f"{day.isoformat()} no longer")
    report.note(label, False, changes)


def _load_offices(data: TownFile, report: Report) -> dict[str, Office]:
    offices: dict[str, Office] = {}
    known = {row.key: row for row in Office.objects.all()}
    for position, wanted in enumerate(data.offices, start=1):
        office = known.get(wanted.key) or Office(key=wanted.key)
        values = wanted.model_dump(exclude={"key", "parent", "head", "hours", "closures"})
        created = office.pk is None
        parent = offices[wanted.parent] if wanted.parent else None
        changes = _set(office, {**values, "parent_id": parent and parent.pk})
        moved = _set(office, {"position": position})
        if created or changes or moved:
            office.save()
        changes += _load_hours(office, wanted)
        report.note(f"office {wanted.key}", created, changes)
        _load_closures(wanted.closures, office, report)
        offices[wanted.key] = office
    return offices


def _load_hours(office: Office, wanted: OfficeData) -> list[str]:
    before = set(office.opening_hours.values_list("weekday", "opens", "closes"))
    if before == wanted.spans():
        return []
    office.opening_hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(office=office, weekday=day, opens=start, closes=end)
        for day, start, end in sorted(wanted.spans())
    )
    return ["hours"]


def _load_staff(
    data: TownFile,
    offices: dict[str, Office],
    report: Report,
    actor: Actor,
    password: str | None,
) -> None:
    people: dict[str, StaffMember] = {}
    for index, wanted in enumerate(data.staff):
        user = User.objects.filter(login=wanted.login).first()
        person = StaffMember.objects.filter(user=user).first() if user else None
        if user is not None and person is None:
            raise data.refuse(("staff", index, "login"), f"login {wanted.login} is not free")
        if person is None:
            person = _new_person(wanted, offices, password, actor)
            report.note(f"staff {wanted.login}: {_roles(wanted)}", True, [])
        else:
            changes = _change_person(person, wanted, offices, actor)
            report.note(f"staff {wanted.login}", False, changes)
        people[wanted.login] = person
    for wanted in data.staff:
        person, other = people[wanted.login], people.get(wanted.substitute)
        if other is not None and person.substitute_id != other.pk:
            actions.set_substitute(staff=person, substitute=other, actor=actor)
    for office in data.offices:
        head = people[office.head].pk if office.head else None
        if _set(offices[office.key], {"head_id": head}):
            offices[office.key].save(update_fields=["head"])


def _new_person(
    wanted: StaffData, offices: dict[str, Office], password: str | None, actor: Actor
) -> StaffMember:
    person = StaffMember.objects.create(
        user=User.objects.create_user(wanted.login, password),
        **wanted.model_dump(exclude={"login", "roles", "substitute"}),
    )
    Membership.objects.bulk_create(
        Membership(staff=person, office=offices[key], role=Role(role))
        for key, roles in wanted.roles.items()
        for role in dict.fromkeys(roles)
    )
    actions.note(
        events.StaffCreated(
            staff_id=str(person.public_id),
            login=wanted.login,
            full_name=person.name,
            roles=[f"{key}:{role}" for key, roles in wanted.roles.items() for role in roles],
        ),
        actor=actor,
    )
    return person


def _change_person(
    person: StaffMember, wanted: StaffData, offices: dict[str, Office], actor: Actor
) -> list[str]:
    values = wanted.model_dump(exclude={"login", "roles", "substitute"})
    changes = actions.change_staff(staff=person, actor=actor, **values)
    held = set(person.memberships.values_list("office__key", "role"))
    for key, roles in wanted.roles.items():
        for role in roles:
            if (key, role) not in held:
                actions.grant_role(staff=person, office=offices[key], role=role, actor=actor)
                changes.append(f"now {role} in {key}")
    return changes


def _roles(wanted: StaffData) -> str:
    return ", ".join(f"{' and '.join(roles)} in {key}" for key, roles in wanted.roles.items())


def _name_what_is_left(data: TownFile, report: Report) -> None:
    """Offices, people and roles that are here and not in the file."""
    keys = {office.key for office in data.offices}
    for key in Office.objects.exclude(key__in=keys).values_list("key", flat=True):
        report.left.append(f"office {key} stays: cases may belong to it")
    wanted = {
        (person.login, key, role)
        for person in data.staff
        for key, roles in person.roles.items()
        for role in roles
    }
    logins = {person.login for person in data.staff}
    others = StaffMember.objects.filter(user__is_active=True).exclude(user__login__in=logins)
    for login in others.values_list("user__login", flat=True):
        report.left.append(f"staff {login} can still log in: close the access on the desk")
    held = Membership.objects.filter(staff__user__login__in=logins, source="")
    rows = held.order_by("pk").values_list("staff__user__login", "office__key", "role")
    for login, key, role in rows:
        if (login, key, role) not in wanted:
            report.left.append(f"staff {login} is still {role} in {key}: take it away on the desk")
