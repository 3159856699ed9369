"""Tables of retention and disposal: archives, holds, processes, messages, what remains."""

from rathaus.records.disposal.models.archive import Archive, Kind, Unappraised
from rathaus.records.disposal.models.hold import ErasureRequest, LegalHold, LegalHoldQuerySet
from rathaus.records.disposal.models.message import Message, MessageState, Quarantine
from rathaus.records.disposal.models.process import Item, Process, ProcessQuerySet
from rathaus.records.disposal.models.takeover import Takeover
from rathaus.records.disposal.models.tombstone import DossierTombstone, Remains, Tombstone

__all__ = [
    "Archive",
    "DossierTombstone",
    "ErasureRequest",
    "Item",
    "Kind",
    "LegalHold",
    "LegalHoldQuerySet",
    "Message",
    "MessageState",
    "Process",
    "ProcessQuerySet",
    "Quarantine",
    "Remains",
    "Takeover",
    "Tombstone",
    "Unappraised",
]
