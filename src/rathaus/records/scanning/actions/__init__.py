"""Writes of replacement scanning; every one leaves an event in the chain of the batch."""

from rathaus.records.scanning.actions.batches import (
    add_file,
    cancel_batch,
    keep_paper_of,
    open_batch,
    remove_file,
    set_case,
)
from rathaus.records.scanning.actions.checks import decide_page, finish_check, start_check
from rathaus.records.scanning.actions.folder import take_items
from rathaus.records.scanning.actions.paper import destroy_paper, hold_paper, release_paper
from rathaus.records.scanning.actions.procedure import record_procedure
from rathaus.records.scanning.actions.profiles import save_profile
from rathaus.records.scanning.actions.transfer import rescan_file, transfer

__all__ = [
    "add_file",
    "cancel_batch",
    "decide_page",
    "destroy_paper",
    "finish_check",
    "hold_paper",
    "keep_paper_of",
    "open_batch",
    "record_procedure",
    "release_paper",
    "remove_file",
    "rescan_file",
    "save_profile",
    "set_case",
    "start_check",
    "take_items",
    "transfer",
]
