"""Writes of disposal. Every one leaves events in the histories of cases and process."""

from rathaus.records.disposal.actions.archives import save_archive
from rathaus.records.disposal.actions.erasure import close_request, request_erasure
from rathaus.records.disposal.actions.holds import release_hold, set_hold
from rathaus.records.disposal.actions.processes import (
    appraise_by_hand,
    begin,
    cancel,
    decide,
    offer,
    transfer,
    withdraw,
)
from rathaus.records.disposal.actions.release import keep, propose, release, turn_down

__all__ = [
    "appraise_by_hand",
    "begin",
    "cancel",
    "close_request",
    "decide",
    "keep",
    "offer",
    "propose",
    "release",
    "release_hold",
    "request_erasure",
    "save_archive",
    "set_hold",
    "transfer",
    "turn_down",
    "withdraw",
]
