"""The people on stage: staff by login, as the actors of their offices."""

from __future__ import annotations

from rathaus.core.actors import Actor
from rathaus.organisation.models import Office, StaffMember
from rathaus.proceedings.models import Application


class Cast:
    """Staff of the demo town, each read once."""

    def __init__(self) -> None:
        rows = StaffMember.objects.select_related("user").prefetch_related("memberships__office")
        self._staff = {row.user.login: row for row in rows}

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
