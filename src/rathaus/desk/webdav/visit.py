"""One request of one person: who it is, what (s)he may, and the notes that reading leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.models import Event
from rathaus.desk.access import Desk
from rathaus.desk.webdav.models import DevicePassword, DraftReading
from rathaus.organisation import permissions as roles
from rathaus.organisation.models import StaffMember
from rathaus.records import actions, events, permissions
from rathaus.records.models import DocumentVersion, Dossier, DraftDocument

ONE_LOOK = timedelta(minutes=5)
"""Programs fetch a file in pieces and again: within this time that is one look."""


@dataclass
class Visit:
    """Whoever the password let in."""

    password: DevicePassword
    found: dict[str, Any] = field(default_factory=dict)
    """Resources of this request by path."""

    @property
    def staff(self) -> StaffMember:
        """The person."""
        return self.password.staff

    @cached_property
    def desk(self) -> Desk:
        """The person with all roles."""
        return Desk(self.staff, roles.grants(self.staff))

    def actor(self, about: Dossier) -> Actor:
        """The person, acting for the keeping office if (s)he works there."""
        held = {office_id for _role, office_id in self.desk.grants.roles}
        return self.desk.actor(about.office if about.office_id in held else None)

    def may_write(self, about: Dossier) -> bool:
        """Whether (s)he may file there."""
        return permissions.may_write(self.staff, about)

    def note_look(self, version: DocumentVersion) -> None:
        """Keep that (s)he got the bytes of a document, once for the pieces of one look."""
        case = version.document.case
        seen = Event.objects.filter(
            chain=case.chain_id,
            type=events.DocumentViewed.name,
            actor_id=str(self.staff.user_id),
            at__gt=now() - ONE_LOOK,
            data__version_id=str(version.public_id),
        )
        if not seen.exists():
            actions.note_view(version=version, actor=self.actor(case.dossier))

    def note_reading(self, draft: DraftDocument) -> None:
        """Keep which state of a draft this device has."""
        DraftReading.objects.update_or_create(
            password=self.password,
            draft=draft.public_id,
            defaults={"revision": draft.revision, "at": now()},
        )

    def has_read(self, draft: DraftDocument) -> bool:
        """Whether this device has the present state of a draft."""
        mine = DraftReading.objects.filter(password=self.password, draft=draft.public_id)
        return mine.filter(revision=draft.revision).exists()
