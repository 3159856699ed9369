"""Everything that changes a proceeding. One function, one transaction, one event."""

from rathaus.proceedings.actions.casework import assign, mark_viewed, put_back, release, take_over
from rathaus.proceedings.actions.decisions import decide, draft_letter, mark_letter_read
from rathaus.proceedings.actions.dialogue import (
    CorrectionItem,
    answer_correction,
    mark_messages_read,
    request_correction,
    send_message,
    withdraw_correction,
)
from rathaus.proceedings.actions.drafts import (
    act_for,
    discard,
    issue_code,
    join_account,
    keep_typed,
    save_step,
    start_draft,
    take_to_counter,
)
from rathaus.proceedings.actions.submission import submit
from rathaus.proceedings.actions.withdrawal import withdraw

__all__ = [
    "CorrectionItem",
    "act_for",
    "answer_correction",
    "assign",
    "decide",
    "discard",
    "draft_letter",
    "issue_code",
    "join_account",
    "keep_typed",
    "mark_letter_read",
    "mark_messages_read",
    "mark_viewed",
    "put_back",
    "release",
    "request_correction",
    "save_step",
    "send_message",
    "start_draft",
    "submit",
    "take_over",
    "take_to_counter",
    "withdraw",
    "withdraw_correction",
]
