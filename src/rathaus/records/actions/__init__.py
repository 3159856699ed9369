"""Writes to the record. Every one leaves an event in the case's history."""

from rathaus.records.actions.cases import close_case, open_case, reopen_case
from rathaus.records.actions.documents import (
    add_rendition,
    add_version,
    digest_of,
    file_document,
    note_view,
)
from rathaus.records.actions.dossiers import (
    change_dossier,
    close_dossier,
    open_dossier,
    reopen_dossier,
)
from rathaus.records.actions.drafts import create_draft, discard_draft, file_draft, replace_draft
from rathaus.records.actions.entries import (
    change_entry,
    create_entry,
    remove_entry,
    retire_entry,
    revive_entry,
)
from rathaus.records.actions.errors import (
    CaseIsClosed,
    DossierIsClosed,
    NotAllowed,
    Outdated,
    PlanRefused,
    RecordsError,
    UnknownFilingCode,
)
from rathaus.records.actions.grants import give, revoke, set_access
from rathaus.records.actions.loans import lend, take_back
from rathaus.records.actions.looks import note_case_view, note_dossier_view
from rathaus.records.actions.moves import move_document, move_dossier, refile_case, refile_cases
from rathaus.records.actions.numbering import set_patterns
from rathaus.records.actions.plan import load_filing_plan
from rathaus.records.actions.titles import rename_case, rename_document
from rathaus.records.names import safe_name

__all__ = [
    "CaseIsClosed",
    "DossierIsClosed",
    "NotAllowed",
    "Outdated",
    "PlanRefused",
    "RecordsError",
    "UnknownFilingCode",
    "add_rendition",
    "add_version",
    "change_dossier",
    "change_entry",
    "close_case",
    "close_dossier",
    "create_draft",
    "create_entry",
    "digest_of",
    "discard_draft",
    "file_document",
    "file_draft",
    "give",
    "lend",
    "load_filing_plan",
    "move_document",
    "move_dossier",
    "note_case_view",
    "note_dossier_view",
    "note_view",
    "open_case",
    "open_dossier",
    "refile_case",
    "refile_cases",
    "remove_entry",
    "rename_case",
    "rename_document",
    "reopen_case",
    "reopen_dossier",
    "replace_draft",
    "retire_entry",
    "revive_entry",
    "revoke",
    "safe_name",
    "set_access",
    "set_patterns",
    "take_back",
]
