"""What the histories of cases and processes say about disposal. Nothing personal."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, Personal, event_type


@event_type("hold.set", text=_("Löschsperre gesetzt"))
class HoldSet(EventType):
    hold: str
    until: str = ""
    reason: Annotated[str, Personal] = ""


@event_type("hold.released", text=_("Löschsperre aufgehoben"))
class HoldReleased(EventType):
    hold: str
    reason: Annotated[str, Personal] = ""


@event_type("erasure.requested", text=_("Löschung verlangt, Verarbeitung eingeschränkt"))
class ErasureRequested(EventType):
    request: str
    received_on: str
    rule: str


@event_type("erasure.closed", text=_("Löschverlangen abgeschlossen"))
class ErasureClosed(EventType):
    request: str
    result: str


@event_type("disposal.begun", text=_("Aussonderung begonnen"))
class DisposalBegun(EventType):
    process: str
    cases: int = 0
    archive: str = ""


@event_type("disposal.offered", text=_("Dem Archiv angeboten"))
class DisposalOffered(EventType):
    process: str
    cases: int = 0


@event_type("disposal.appraised", text=_("Bewertet"))
class DisposalAppraised(EventType):
    process: str
    verdict: str = ""
    by: str = ""


@event_type("disposal.transferred", text=_("An das Archiv abgegeben"))
class DisposalTransferred(EventType):
    process: str
    cases: int = 0


@event_type("disposal.confirmed", text=_("Übernahme vom Archiv bestätigt"))
class DisposalConfirmed(EventType):
    process: str
    archive_ident: str = ""


@event_type("disposal.refused", text=_("Vom Archiv nicht übernommen"))
class DisposalRefusedByArchive(EventType):
    process: str
    error: str = ""


@event_type("disposal.proposed", text=_("Vernichtung vorgeschlagen"))
class DestructionProposed(EventType):
    process: str
    cases: int = 0


@event_type("disposal.released", text=_("Vernichtung freigegeben"))
class DestructionReleased(EventType):
    process: str
    cases: int = 0


@event_type("disposal.turned_down", text=_("Vernichtung nicht freigegeben"))
class DestructionTurnedDown(EventType):
    process: str
    reason: str = ""


@event_type("disposal.withdrawn", text=_("Aus der Aussonderung genommen"))
class DisposalWithdrawn(EventType):
    process: str
    why: str = ""


@event_type("disposal.message", text=_("Nachricht mit dem Archiv ausgetauscht"))
class DisposalMessage(EventType):
    process: str
    code: str
    incoming: bool
    sha256: str = ""


@event_type("disposal.finished", text=_("Aussonderung abgeschlossen"))
class DisposalFinished(EventType):
    process: str
    protocol: str = ""
    """Public id of the document."""


@event_type("disposal.cancelled", text=_("Aussonderung abgebrochen"))
class DisposalCancelled(EventType):
    process: str


@event_type("case.destroyed", text=_("Vorgang vernichtet"))
class CaseDestroyed(EventType):
    """The last event of a case. Rooms above delete what they hold about it when it comes."""

    process: str
    verdict: str
    retention_until: str
    archive_ident: str = ""
    documents: int
    files: int


@event_type("dossier.destroyed", text=_("Leere Akte aufgelöst"))
class DossierDestroyed(EventType):
    """The last event of a dossier: every case of it was destroyed or handed over."""

    process: str
    dossier_id: str
    cases: int


@event_type("handover.exported", text=_("Akte an eine andere Stelle abgegeben (Kopie)"))
class DossierExported(EventType):
    process: str
    sha256: str
    size: int


@event_type("handover.imported", text=_("Aus einem anderen System übernommen"))
class CaseImported(EventType):
    process: str
    origin: str
    foreign_id: str
