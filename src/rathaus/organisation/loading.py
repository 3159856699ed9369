"""A town from a YAML file: town, offices, hours, closures, staff, roles, substitutes.

Loading again updates what is there by key (offices) and login (staff); nothing is deleted,
because cases hang on offices and staff.
"""

from __future__ import annotations

import hashlib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from django.db import transaction
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
    model_validator,
)
from stdnum import iban

from rathaus.core.actors import Actor
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

DEMO_TOWN = Path(__file__).parent / "demo" / "wiesmoor.yaml"
WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


def _span(text: str) -> tuple[time, time]:
    start, end = (time.fromisoformat(part.zfill(5)) for part in text.split("-"))
    return start, end


def _checked_span(text: str) -> str:
    start, end = _span(text)
    if start >= end:
        raise ValueError("has to begin before it ends")
    return text


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Span = Annotated[
    str, StringConstraints(pattern=r"^\d{1,2}:\d{2}-\d{1,2}:\d{2}$"), AfterValidator(_checked_span)
]
RoleName = Literal["clerk", "head", "cashier", "designer", "records_manager", "operator"]


class TownFileError(ValueError):
    """The file is wrong; the message names file and place."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TownData(_Part):
    """The ``town`` part: fields of `Town`."""

    name: str
    kind: str = "Stadt"
    municipality_key: str = ""
    bundesland: str = "NI"
    district: str = ""
    brand_hue: int = 162
    street: str
    postal_code: str
    city: str
    phone: str
    email: str
    web: str = ""
    representative: str = ""
    data_protection_email: str = ""
    imprint: dict[str, str] = {}
    creditor_name: str = ""
    creditor_iban: str = ""
    creditor_bic: str = ""
    is_demo: bool = False

    @model_validator(mode="after")
    def _creditor(self) -> TownData:
        if self.creditor_iban and not iban.is_valid(self.creditor_iban):
            raise ValueError("creditor_iban has wrong check digits")
        return self


class ClosureData(_Part):
    """A day on which everything, or the office around it, is closed."""

    date: date
    reason: str


class OfficeData(_Part):
    """One of ``offices``. `hours` maps mo … su to spans such as ``8:30-12:30``."""

    key: Key
    name: str
    short_name: str = ""
    description: str = ""
    parent: Key | None = None
    phone: str = ""
    email: str = ""
    room: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    appointment_note: str = ""
    head: str = ""
    """Login of the head."""
    hours: dict[Literal["mo", "tu", "we", "th", "fr", "sa", "su"], tuple[Span, ...]] = {}
    closures: tuple[ClosureData, ...] = ()


class StaffData(_Part):
    """One of ``staff``. `roles` maps office keys to roles."""

    login: str
    first_name: str
    last_name: str
    title: str = ""
    phone: str = ""
    email: str = ""
    room: str = ""
    roles: dict[Key, tuple[RoleName, ...]]
    substitute: str = ""


class TownFile(_Part):
    """The whole file."""

    town: TownData
    closures: tuple[ClosureData, ...] = ()
    offices: tuple[OfficeData, ...]
    staff: tuple[StaffData, ...] = ()

    @model_validator(mode="after")
    def _references(self) -> TownFile:
        seen: set[str] = set()
        for office in self.offices:
            if office.key in seen:
                raise ValueError(f"office {office.key} twice")
            if office.parent and office.parent not in seen:
                raise ValueError(f"office {office.key}: parent {office.parent} has to come before")
            seen.add(office.key)
        logins = [person.login for person in self.staff]
        if len(set(logins)) != len(logins):
            raise ValueError("a login occurs twice")
        for person in self.staff:
            if unknown := set(person.roles) - seen:
                raise ValueError(f"staff {person.login}: unknown office {min(unknown)}")
            if person.substitute and person.substitute not in logins:
                raise ValueError(f"staff {person.login}: unknown substitute {person.substitute}")
        for office in self.offices:
            if office.head and office.head not in logins:
                raise ValueError(f"office {office.key}: unknown head {office.head}")
        return self


def read_town(path: Path) -> TownFile:
    """Read and validate a town file. Raises: TownFileError."""
    try:
        raw: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TownFileError(f"{path}: {error}") from error
    try:
        return TownFile.model_validate(raw)
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}"
            for item in error.errors()
        ]
        raise TownFileError("\n".join(lines)) from error


def load_town(
    path: Path = DEMO_TOWN, *, password: str | None = None, actor: Actor | None = None
) -> Town:
    """Create or update the town from a file.

    New staff get `password` (unchecked: for a demo), or none and cannot log in until one is
    set. Raises: TownFileError; then nothing is changed.
    """
    data = read_town(path)
    with transaction.atomic():
        town, _ = Town.objects.update_or_create(
            pk=1,
            defaults={
                **data.town.model_dump(),
                "creditor_iban": iban.compact(data.town.creditor_iban),
            },
        )
        for closure in data.closures:
            Closure.objects.update_or_create(
                office=None, date=closure.date, defaults={"reason": closure.reason}
            )
        offices = _load_offices(data)
        _load_staff(data, offices, password)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        event = events.TownLoaded(
            offices=len(data.offices), staff=len(data.staff), source_sha256=digest
        )
        record(actions.site_chain(), event, actor=actor or Actor.system("loading"))
        signals.changed()
        town.refresh_from_db()
    return town


def _load_offices(data: TownFile) -> dict[str, Office]:
    offices: dict[str, Office] = {}
    for position, row in enumerate(data.offices, start=1):
        values = row.model_dump(exclude={"key", "parent", "head", "hours", "closures"})
        parent = offices[row.parent] if row.parent else None
        office, _ = Office.objects.update_or_create(
            key=row.key, defaults={**values, "parent": parent, "position": position}
        )
        offices[row.key] = office
        office.opening_hours.all().delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(office=office, weekday=WEEKDAYS.index(day), opens=start, closes=end)
            for day, spans in row.hours.items()
            for start, end in map(_span, spans)
        )
        for closure in row.closures:
            Closure.objects.update_or_create(
                office=office, date=closure.date, defaults={"reason": closure.reason}
            )
    return offices


def _load_staff(data: TownFile, offices: dict[str, Office], password: str | None) -> None:
    people: dict[str, StaffMember] = {}
    for row in data.staff:
        user = User.objects.filter(login=row.login.lower()).first()
        if user is None:
            user = User.objects.create_user(row.login, password)
        values = row.model_dump(exclude={"login", "roles", "substitute"})
        people[row.login], _ = StaffMember.objects.update_or_create(user=user, defaults=values)
        for key, roles in row.roles.items():
            for role in roles:
                Membership.objects.get_or_create(
                    staff=people[row.login], office=offices[key], role=Role(role)
                )
    for row in data.staff:
        person = people[row.login]
        person.substitute = people[row.substitute] if row.substitute else None
        person.save(update_fields=["substitute"])
    for office in data.offices:
        head = people[office.head] if office.head else None
        Office.objects.filter(pk=offices[office.key].pk).update(head=head)
