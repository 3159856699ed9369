"""Writes of the import of legacy files and of the shelves."""

from rathaus.records.legacy.actions.runs import make_run, move, set_mapping
from rathaus.records.legacy.actions.shelves import record_work, remove_shelf, save_shelf

__all__ = ["make_run", "move", "record_work", "remove_shelf", "save_shelf", "set_mapping"]
