"""Everything worth a name that is read from the proceedings."""

from rathaus.proceedings.queries.access import by_reference, open_draft
from rathaus.proceedings.queries.status import TimelineEntry, WhatNow, timeline, what_now
from rathaus.proceedings.queries.verification import ReceiptCheck, verify_receipt
from rathaus.proceedings.queries.worklist import (
    BasketFilter,
    Page,
    basket,
    can_be_handed,
    colleagues,
    counts,
    is_left_behind,
    visible,
)

__all__ = [
    "BasketFilter",
    "Page",
    "ReceiptCheck",
    "TimelineEntry",
    "WhatNow",
    "basket",
    "by_reference",
    "can_be_handed",
    "colleagues",
    "counts",
    "is_left_behind",
    "open_draft",
    "timeline",
    "verify_receipt",
    "visible",
    "what_now",
]
