"""Writes of the work on what is filed. Each leaves an event in the chain of its case."""

from rathaus.records.work.actions.comments import comment, finish_mention
from rathaus.records.work.actions.exports import note_taken, order_export
from rathaus.records.work.actions.links import link, unlink
from rathaus.records.work.actions.locks import force_release, release_lock, take_lock
from rathaus.records.work.actions.redactions import (
    add_box,
    begin_redaction,
    drop_redaction,
    find_areas,
    make_redaction,
    remove_boxes,
)
from rathaus.records.work.actions.reminders import (
    finish_reminder,
    move_reminder,
    set_reminder,
    withdraw_reminder,
)
from rathaus.records.work.actions.runs import (
    StepPlan,
    do_step,
    refuse_step,
    repeat_run,
    save_template,
    skip_step,
    start_run,
    stop_run,
)
from rathaus.records.work.actions.shares import (
    enter_share,
    fetch_item,
    open_share,
    revoke_share,
)
from rathaus.records.work.actions.tags import (
    change_tag,
    create_tag,
    merge_tags,
    tag_case,
    tag_document,
    untag_case,
    untag_document,
)
from rathaus.records.work.actions.versions import add_version

__all__ = [
    "StepPlan",
    "add_box",
    "add_version",
    "begin_redaction",
    "change_tag",
    "comment",
    "create_tag",
    "do_step",
    "drop_redaction",
    "enter_share",
    "fetch_item",
    "find_areas",
    "finish_mention",
    "finish_reminder",
    "force_release",
    "link",
    "make_redaction",
    "merge_tags",
    "move_reminder",
    "note_taken",
    "open_share",
    "order_export",
    "refuse_step",
    "release_lock",
    "remove_boxes",
    "repeat_run",
    "revoke_share",
    "save_template",
    "set_reminder",
    "skip_step",
    "start_run",
    "stop_run",
    "tag_case",
    "tag_document",
    "take_lock",
    "unlink",
    "untag_case",
    "untag_document",
    "withdraw_reminder",
]
