"""What the histories of plan, dossiers and moved things say.

Reasons, names and titles may name people: they go to the erasable part of the event.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, Personal, event_type

Words = Annotated[str, Personal]


@event_type("case.renamed", text=_("Vorgang umbenannt"))
class CaseRenamed(EventType):
    label_digest: str
    before: Words
    after: Words


@event_type("case.refiled", text=_("Vorgang umgehängt"))
class CaseRefiled(EventType):
    dossier: str
    filing_code: str
    office: str
    from_dossier: str
    from_code: str
    retention_years: int
    disposal: str
    retention_until: str = ""
    """ISO date where the case is closed."""
    reason: Words


@event_type("case.viewed", text=_("Vorgang in der Akte angesehen"))
class CaseViewed(EventType):
    pass


@event_type("document.renamed", text=_("Dokument umbenannt"))
class DocumentRenamed(EventType):
    document_id: str
    label_digests: dict[str, str]
    """Number of the version to digest of its labels."""
    before: Words
    after: Words


@event_type("document.moved_out", text=_("Dokument in einen anderen Vorgang gegeben"))
class DocumentMovedOut(EventType):
    document_id: str
    number: int
    to_case: str
    to_chain: str
    reason: Words


@event_type("document.moved_in", text=_("Dokument aus einem anderen Vorgang übernommen"))
class DocumentMovedIn(EventType):
    document_id: str
    number: int
    from_case: str
    from_chain: str
    kind: str
    direction: str
    versions: list[dict[str, Any]]
    """number, version_id, sha256, size, label_digest of each."""
    renditions: list[dict[str, Any]]
    """version_id, kind, sha256 of each."""
    reason: Words


@event_type("dossier.opened", text=_("Akte angelegt"))
class DossierOpened(EventType):
    dossier_id: str
    reference: str
    entry_id: str
    filing_code: str
    office: str
    parent: str
    access: str
    medium: str
    label_digest: str


@event_type("dossier.changed", text=_("Angaben zur Akte geändert"))
class DossierChanged(EventType):
    label_digest: str
    medium: str
    before: Words
    after: Words


@event_type("dossier.moved", text=_("Akte umgehängt"))
class DossierMoved(EventType):
    entry_id: str
    filing_code: str
    parent: str
    office: str
    from_entry_id: str
    from_code: str
    from_parent: str
    from_office: str
    reason: Words


@event_type("dossier.closed", text=_("Akte abgeschlossen"))
class DossierClosed(EventType):
    retention_years: int
    retention_until: str


@event_type("dossier.reopened", text=_("Akte wieder geöffnet"))
class DossierReopened(EventType):
    pass


@event_type("dossier.viewed", text=_("Akte angesehen"))
class DossierViewed(EventType):
    pass


@event_type("dossier.case_in", text=_("Vorgang in die Akte übernommen"))
class DossierCaseIn(EventType):
    case: str
    from_dossier: str


@event_type("dossier.case_out", text=_("Vorgang an eine andere Akte gegeben"))
class DossierCaseOut(EventType):
    case: str
    to_dossier: str


@event_type("access.changed", text=_("Zugriff geändert"))
class AccessChanged(EventType):
    access: str
    """Empty: as the place of the plan or the dossier above says."""
    entry_id: str = ""
    reason: Words


@event_type("access.granted", text=_("Berechtigung erteilt"))
class AccessGranted(EventType):
    grant_id: str
    may_write: bool
    until: str = ""
    entry_id: str = ""
    to: Words
    reason: Words


@event_type("access.revoked", text=_("Berechtigung entzogen"))
class AccessRevoked(EventType):
    grant_id: str
    entry_id: str = ""
    to: Words


@event_type("dossier.lent", text=_("Papierakte ausgeliehen"))
class DossierLent(EventType):
    loan_id: str
    due: str
    borrower: Words
    purpose: Words = ""


@event_type("dossier.returned", text=_("Papierakte zurückgegeben"))
class DossierReturned(EventType):
    loan_id: str
    borrower: Words


@event_type("plan.created", text=_("Stelle im Aktenplan angelegt"))
class PlanEntryCreated(EventType):
    entry_id: str
    code: str
    title: str
    parent: str
    retention_years: int
    disposal: str
    access: str


@event_type("plan.changed", text=_("Stelle im Aktenplan geändert"))
class PlanEntryChanged(EventType):
    entry_id: str
    code: str
    from_code: str
    changes: dict[str, list[Any]]
    """Field to old and new value."""
    reason: str = ""


@event_type("plan.retired", text=_("Stelle im Aktenplan stillgelegt"))
class PlanEntryRetired(EventType):
    entry_id: str
    code: str
    reason: str = ""


@event_type("plan.revived", text=_("Stelle im Aktenplan wieder geöffnet"))
class PlanEntryRevived(EventType):
    entry_id: str
    code: str


@event_type("plan.removed", text=_("Unbenutzte Stelle im Aktenplan gelöscht"))
class PlanEntryRemoved(EventType):
    entry_id: str
    code: str
    title: str


@event_type("plan.imported", text=_("Aktenplan eingelesen"))
class PlanImported(EventType):
    source: str
    sha256: str
    created: int
    changed: int


@event_type("plan.patterns", text=_("Muster der Aktenzeichen geändert"))
class PatternsChanged(EventType):
    case: str
    dossier: str
    document: str
