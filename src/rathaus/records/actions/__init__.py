"""Writes to the record. Every one leaves an event in the case's history."""

from rathaus.records.actions.cases import close_case, open_case, reopen_case
from rathaus.records.actions.documents import (
    add_rendition,
    add_version,
    digest_of,
    file_document,
    note_view,
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
    "digest_of",
    "file_document",
    "load_filing_plan",
    "note_view",
    "open_case",
    "reopen_case",
    "safe_name",
]
