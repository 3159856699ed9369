"""What happens to the passwords of devices, in the chain of the town."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, Personal, event_type


@event_type("webdav.password_made", text=_("Gerätekennwort angelegt"))
class PasswordMade(EventType):
    """Somebody lets a device in; never which password."""

    staff_id: str
    device: Annotated[str, Personal]


@event_type("webdav.password_ended", text=_("Gerätekennwort entzogen"))
class PasswordEnded(EventType):
    """A device gets in no more."""

    staff_id: str
    device: Annotated[str, Personal]
