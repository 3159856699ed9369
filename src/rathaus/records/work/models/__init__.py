"""Tables of the work on what is filed. All of them go with the case at the end of retention."""

from rathaus.records.work.models.exports import ExportFormat, ExportOrder, ExportState
from rathaus.records.work.models.links import Link, LinkKind
from rathaus.records.work.models.notes import Comment, Mention
from rathaus.records.work.models.redactions import (
    Redaction,
    RedactionBox,
    RedactionPage,
    RedactionReason,
    RedactionState,
)
from rathaus.records.work.models.reminders import Reminder, ReminderState
from rathaus.records.work.models.runs import Run, RunDocument, RunStep, RunTemplate
from rathaus.records.work.models.shares import Share, ShareItem
from rathaus.records.work.models.tags import CaseTag, DocumentTag, Tag, Tone
from rathaus.records.work.models.versions import DocumentLock, VersionNote

__all__ = [
    "CaseTag",
    "Comment",
    "DocumentLock",
    "DocumentTag",
    "ExportFormat",
    "ExportOrder",
    "ExportState",
    "Link",
    "LinkKind",
    "Mention",
    "Redaction",
    "RedactionBox",
    "RedactionPage",
    "RedactionReason",
    "RedactionState",
    "Reminder",
    "ReminderState",
    "Run",
    "RunDocument",
    "RunStep",
    "RunTemplate",
    "Share",
    "ShareItem",
    "Tag",
    "Tone",
    "VersionNote",
]
