"""What the history of the evidence says. It has a chain of its own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, event_type

CHAIN = "evidence"


@event_type("evidence.sealed", text=_("Neues versiegelt"))
class Sealed(EventType):
    number: int
    root: str
    hash: str
    count: int


@event_type("evidence.stamped", text=_("Zeitstempel erhalten"))
class Stamped(EventType):
    number: int
    """Of the seal; of the renewal where `renewal` is true."""
    renewal: bool
    authority: str
    sha256: str
    """Of the token."""


@event_type("evidence.renewed", text=_("Beweise erneuert"))
class Renewed(EventType):
    number: int
    kind: str
    line: str
    root: str
    count: int
