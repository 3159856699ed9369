"""What happens to the catalogue, in the chain of each service."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, event_type


@event_type("service.published", text=_("Fassung veröffentlicht"))
class ServicePublished(EventType):
    """A new version is in force."""

    service: str
    number: int
    sha256: str
    note: str
    warnings: int


@event_type("service.retired", text=_("Leistung zurückgezogen"))
class ServiceRetired(EventType):
    """The service is no longer offered."""

    service: str
    reason: str


@event_type("service.restored", text=_("Leistung wieder angeboten"))
class ServiceRestored(EventType):
    """The service is offered again."""

    service: str
