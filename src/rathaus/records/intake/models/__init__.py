"""Tables of the intake."""

from rathaus.records.intake.models.items import (
    Item,
    ItemQuerySet,
    Origin,
    PageImage,
    Suggestion,
    VirusState,
)
from rathaus.records.intake.models.rules import Habit, Rule
from rathaus.records.intake.models.sources import (
    Folder,
    FolderFile,
    FolderKind,
    MailBox,
    MailTls,
    Token,
    Upload,
    UploadPart,
    Watched,
)
from rathaus.records.intake.models.works import Work, WorkKind, WorkPart, WorkSource, WorkState

__all__ = [
    "Folder",
    "FolderFile",
    "FolderKind",
    "Habit",
    "Item",
    "ItemQuerySet",
    "MailBox",
    "MailTls",
    "Origin",
    "PageImage",
    "Rule",
    "Suggestion",
    "Token",
    "Upload",
    "UploadPart",
    "VirusState",
    "Watched",
    "Work",
    "WorkKind",
    "WorkPart",
    "WorkSource",
    "WorkState",
]
