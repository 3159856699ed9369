"""What the history says about imports of legacy files."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, Personal, event_type


@event_type("legacy.run_made", text=_("Übernahme vorbereitet"))
class RunMade(EventType):
    reference: str
    source: str
    office: str
    path: Annotated[str, Personal]


@event_type("legacy.run_moved", text=_("Übernahme: nächster Stand"))
class RunMoved(EventType):
    step: str
    state: str
    total: int
    done: int
    problems: int


@event_type("legacy.case_taken", text=_("Aus dem Altbestand übernommen"))
class CaseTaken(EventType):
    """In the chain of the case: where it comes from."""

    run: str
    old_reference: Annotated[str, Personal] = ""
    origin: str = "Altbestand"


@event_type("legacy.case_closed", text=_("Altbestand: war abgeschlossen"))
class CaseWasClosed(EventType):
    closed_on: str
    """ISO date of old; the retention runs from it."""
    first_date: str = ""
    last_date: str = ""


@event_type("legacy.shelf_made", text=_("Regal erfasst"))
class ShelfMade(EventType):
    shelf: str
    values: dict[str, str]
    """Everything that was written down, as text."""


@event_type("legacy.shelf_changed", text=_("Regal geändert"))
class ShelfChanged(EventType):
    shelf: str
    before: dict[str, str]
    after: dict[str, str]
    """Only what changed."""


@event_type("legacy.shelf_cleared", text=_("Regal geleert"))
class ShelfCleared(EventType):
    shelf: str
    centimetres: int
    day: str
    left: int
    """Centimetres that still stand there."""
    by: str = ""
    """Reference of the scan batch or import run."""


@event_type("legacy.shelf_removed", text=_("Regal aus dem Bestand entfernt"))
class ShelfRemoved(EventType):
    shelf: str
    reason: str
