"""Tables of legacy files: import runs with their items, where they went, shelves."""

from rathaus.records.legacy.models.items import Imported, ImportItem, ItemState
from rathaus.records.legacy.models.runs import ImportRun, Source
from rathaus.records.legacy.models.shelves import Shelf, ShelfState, ShelfWork
from rathaus.records.legacy.models.targets import LegacyCase, LegacyDossier

__all__ = [
    "ImportItem",
    "ImportRun",
    "Imported",
    "ItemState",
    "LegacyCase",
    "LegacyDossier",
    "Shelf",
    "ShelfState",
    "ShelfWork",
    "Source",
]
