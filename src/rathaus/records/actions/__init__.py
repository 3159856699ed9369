"""Writes to the record. Every one leaves an event in the case's history."""

from rathaus.records.actions.cases import close_case, open_case, reopen_case
from rathaus.records.actions.documents import (
    add_rendition,
    add_version,
    digest_of,
    file_document,
    note_view,
)
from rathaus.records.actions.drafts import (
    create_draft,
    discard_draft,
    file_draft,
    replace_draft,
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
from rathaus.records.actions.plan import load_filing_plan
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
    "close_case",
    "create_draft",
    "digest_of",
    "discard_draft",
    "file_document",
    "file_draft",
    "load_filing_plan",
    "note_view",
    "open_case",
    "reopen_case",
    "replace_draft",
    "safe_name",
]
