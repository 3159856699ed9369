"""What the history of an item says, and what its case says about where a document came from."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, Personal, event_type


@event_type("intake.received", text=_("Eingegangen"))
class Received(EventType):
    source: str
    sha256: str
    size: int


@event_type("intake.received_again", text=_("Noch einmal angeliefert, nicht doppelt übernommen"))
class ReceivedAgain(EventType):
    pass


@event_type("intake.part_made", text=_("Aus anderen Eingängen erzeugt"))
class PartMade(EventType):
    originals: list[str]
    """sha256 of each original with the pages taken: ``<sha256> 1,2@90,3``."""


@event_type("intake.checked", text=_("Geprüft"))
class Checked(EventType):
    virus: str
    content_type: str
    signature: str


@event_type("intake.quarantined", text=_("In Quarantäne genommen"))
class Quarantined(EventType):
    virus_name: str


@event_type("intake.failed", text=_("Prüfung gescheitert"))
class Failed(EventType):
    reason: str


@event_type("intake.retried", text=_("Prüfung neu gestartet"))
class Retried(EventType):
    pass


@event_type("intake.described", text=_("Angaben geändert"))
class Described(EventType):
    fields: list[str]


@event_type("intake.moved", text=_("An ein anderes Amt gegeben"))
class Moved(EventType):
    source: str
    target: str


@event_type("intake.viewed", text=_("Angesehen"))
class Viewed(EventType):
    pass


@event_type("intake.filed", text=_("Zur Akte genommen"))
class Filed(EventType):
    document_id: str
    reference: str


@event_type("intake.replaced", text=_("Durch bearbeitete Teile ersetzt"))
class Replaced(EventType):
    parts: list[str]


@event_type("intake.work_failed", text=_("Bearbeitung der Seiten gescheitert"))
class WorkFailed(EventType):
    reason: str


@event_type("intake.joined_again", text=_("Bearbeitung zurückgenommen"))
class JoinedAgain(EventType):
    pass


@event_type("intake.discarded", text=_("Verworfen"))
class Discarded(EventType):
    reason: Annotated[str, Personal]


@event_type("intake.restored", text=_("Wiederhergestellt"))
class Restored(EventType):
    pass


@event_type("intake.release_asked", text=_("Freigabe aus der Quarantäne beantragt"))
class ReleaseAsked(EventType):
    reason: str


@event_type("intake.release_refused", text=_("Freigabe aus der Quarantäne abgelehnt"))
class ReleaseRefused(EventType):
    pass


@event_type("intake.released", text=_("Aus der Quarantäne freigegeben"))
class Released(EventType):
    virus_name: str


@event_type("intake.purged", text=_("Endgültig gelöscht"))
class Purged(EventType):
    sha256: str


@event_type("intake.original_purged", text=_("Original nach seiner Frist gelöscht"))
class OriginalPurged(EventType):
    """On the chain of the original."""

    sha256: str
    documents: list[str]
    """Ids of the documents that were filed from it."""
    days: int
    """The time it was kept after the last of them was filed."""


@event_type("intake.original_gone", text=_("Das Original dazu wurde nach seiner Frist gelöscht"))
class OriginalGone(EventType):
    """On the chain of each part."""

    original: str
    sha256: str


@event_type("document.taken_in", text=_("Aus dem Eingang übernommen"), public=False)
class DocumentTakenIn(EventType):
    """On the chain of the case: which bytes arrived, when, how."""

    document_id: str
    item_id: str
    source: str
    received_at: str
    original_sha256: list[str]
    signature: str
    virus: str


@event_type("intake.source_changed", text=_("Quelle des Eingangs geändert"))
class SourceChanged(EventType):
    """On the town's chain: folders, mail boxes, devices."""

    kind: str
    which: str
    change: str
