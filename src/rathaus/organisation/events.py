"""What happens to staff and rights, in the chain of the town itself."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, Personal, event_type


@event_type("organisation.town_loaded", text=_("Angaben der Stadt eingespielt"))
class TownLoaded(EventType):
    """Town, offices and staff were read from a file."""

    offices: int
    staff: int
    source_sha256: str


@event_type("organisation.staff_created", text=_("Zugang angelegt"))
class StaffCreated(EventType):
    """Somebody got an account."""

    staff_id: str
    login: Annotated[str, Personal]
    full_name: Annotated[str, Personal]
    roles: list[str]
    """``office:role``."""


@event_type("organisation.staff_deactivated", text=_("Zugang gesperrt"))
class StaffDeactivated(EventType):
    """Somebody may no longer log in."""

    staff_id: str


@event_type("organisation.role_granted", text=_("Recht erteilt"))
class RoleGranted(EventType):
    """Somebody got a role in an office."""

    staff_id: str
    office: str
    role: str


@event_type("organisation.role_revoked", text=_("Recht entzogen"))
class RoleRevoked(EventType):
    """Somebody lost a role in an office."""

    staff_id: str
    office: str
    role: str


@event_type("organisation.substitute_set", text=_("Vertretung geändert"))
class SubstituteSet(EventType):
    """Who stands in for somebody; empty: nobody."""

    staff_id: str
    substitute_id: str


@event_type("organisation.password_set", text=_("Kennwort geändert"))
class PasswordSet(EventType):
    """Somebody's password was set; never which one."""

    staff_id: str


@event_type("organisation.closure_added", text=_("Schließtag eingetragen"))
class ClosureAdded(EventType):
    """An office, or without office the town hall, is closed on a day."""

    office: str
    date: str
    reason: str
