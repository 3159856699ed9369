"""Writes of the intake. Every one leaves an event in the history of the item."""

from rathaus.records.intake.actions.describe import (
    describe,
    discard,
    family,
    move_to_office,
    note_view,
    restore,
    retry,
)
from rathaus.records.intake.actions.filing import file_item, kind_of
from rathaus.records.intake.actions.pages import undo
from rathaus.records.intake.actions.quarantine import ask_release, refuse_release, release
from rathaus.records.intake.actions.receive import receive
from rathaus.records.intake.actions.rules import move_rule, remove_rule, save_rule, switch_rule
from rathaus.records.intake.actions.sources import (
    add_folder,
    add_mailbox,
    make_token,
    remove_source,
    revoke_token,
    switch,
    token_digest,
)
from rathaus.records.intake.actions.uploads import add_part, begin_upload
from rathaus.records.intake.actions.works import (
    carry_out,
    order_separation,
    order_unpacking,
    repeat,
)

__all__ = [
    "add_folder",
    "add_mailbox",
    "add_part",
    "ask_release",
    "begin_upload",
    "carry_out",
    "describe",
    "discard",
    "family",
    "file_item",
    "kind_of",
    "make_token",
    "move_rule",
    "move_to_office",
    "note_view",
    "order_separation",
    "order_unpacking",
    "receive",
    "refuse_release",
    "release",
    "remove_rule",
    "remove_source",
    "repeat",
    "restore",
    "retry",
    "revoke_token",
    "save_rule",
    "switch",
    "switch_rule",
    "token_digest",
    "undo",
]
