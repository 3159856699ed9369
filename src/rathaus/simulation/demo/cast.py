"""The people on stage: staff by login, as the actors of their offices, residents by name."""

from __future__ import annotations

from rathaus.core.actors import Actor
from rathaus.organisation.models import Office, StaffMember
from rathaus.proceedings.models import Application
from rathaus.simulation.demo import residents
from rathaus.simulation.demo.residents import Known
from rathaus.simulation.demo.story import Resident


class Cast:
    """Staff and owners of accounts of the demo town, each read once."""

    def __init__(self) -> None:
        rows = StaffMember.objects.select_related("user").prefetch_related("memberships__office")
        self._staff = {row.user.login: row for row in rows}
        self._owners: dict[str, Known] = {}

    def open_account(self, resident: Resident, *, password_hash: str) -> None:
        """From now on the resident does everything with an account."""
        self._owners[resident.who] = residents.open_for(resident, password_hash=password_hash)

    def owner(self, who: str) -> Known | None:
        """The account of a resident, if there is one by now."""
        return self._owners.get(who)

    def staff(self, login: str) -> StaffMember:
        """The member of staff with this login. Raises: KeyError."""
        return self._staff[login]

    def actor(self, login: str, office: Office | None = None) -> Actor:
        """The person as named in events, acting for `office` if (s)he belongs to it."""
        person = self._staff[login]
        own = [row.office for row in person.memberships.all()]
        place = next((one for one in own if office and one.pk == office.pk), own[0])
        return Actor.staff(str(person.user_id), person.name, place.label)

    @staticmethod
    def resident(application: Application) -> Actor:
        """The person who applied, as the status page names them."""
        return Actor.resident(str(application.public_id))
