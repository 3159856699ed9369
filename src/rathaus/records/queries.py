"""Reads of the record. Who may see what is part of every query, never a check afterwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import models

from rathaus.organisation import queries as organisation
from rathaus.organisation.models import StaffMember
from rathaus.organisation.permissions import grants
from rathaus.records import access, reasons
from rathaus.records.models import (
    Case,
    CaseQuerySet,
    Document,
    DocumentQuerySet,
    DocumentVersion,
    Dossier,
    DossierQuerySet,
    DraftDocument,
)
from rathaus.records.states import Access
from rathaus.search.snippets import Parts


def office_ids(staff: StaffMember | None) -> list[int]:
    """Offices whose records `staff` may read ("records.view"), substitution included."""
    return [office.pk for office in grants(staff).offices("records.view")]


def scopes_for(staff: StaffMember | None) -> list[str]:
    """Scopes `staff` may read in (`access.py`), substitution and grants included.

    For the search and for every condition on dossiers, cases and documents. The number of
    queries does not depend on the number of rows.
    """
    if staff is None:
        return access.scopes_of(access.standing(staff))
    return list(
        organisation.remembered(staff, "scopes", lambda: access.scopes_of(access.standing(staff)))
    )


def may_work(staff: StaffMember, dossier: Dossier) -> bool:
    """Whether `staff`, who works for the keeping office, may do so in `dossier`.

    In a restricted one being named for reading is not enough (`permissions.may_write` says the
    same of one dossier). However many are asked about, the queries are those of one.
    """
    return dossier.access != Access.RESTRICTED or dossier.scope in organisation.remembered(
        staff,
        "writing",
        lambda: access.scopes_of(access.standing(staff), by_writing=True),
    )


def dossiers_for(staff: StaffMember | None) -> DossierQuerySet:
    """Dossiers `staff` may read, newest year first, with plan entry, office and dossier above."""
    return Dossier.objects.visible_in(scopes_for(staff)).with_place()


def dossier_for(staff: StaffMember | None, public_id: UUID | str) -> Dossier:
    """One dossier `staff` may read. Raises: Dossier.DoesNotExist."""
    return dossiers_for(staff).get(public_id=public_id)


def cases_for(staff: StaffMember | None) -> CaseQuerySet:
    """Cases `staff` may read, newest first, with dossier, plan entry and office."""
    return Case.objects.visible_in(scopes_for(staff)).with_place()


def documents_for(staff: StaffMember | None) -> DocumentQuerySet:
    """Documents `staff` may read, with case and dossier."""
    visible = Document.objects.visible_in(scopes_for(staff))
    return visible.select_related("case__dossier__filing_plan_entry", "case__office")


def case_for(staff: StaffMember | None, public_id: UUID | str) -> Case:
    """One case `staff` may read. Raises: Case.DoesNotExist, also where it is another office's."""
    return cases_for(staff).get(public_id=public_id)


def documents_of(case: Case) -> DocumentQuerySet:
    """Documents of a case in order of filing, with versions and without bytes.

    For a case that came from `cases_for` or belongs to the asking resident.
    """
    return Document.objects.filter(case=case).with_versions()


def document_for(staff: StaffMember | None, public_id: UUID | str) -> Document:
    """One document `staff` may read, with versions. Raises: Document.DoesNotExist."""
    visible = Document.objects.visible_in(scopes_for(staff)).select_related("case__chain")
    return visible.with_versions().get(public_id=public_id)


def version_for(staff: StaffMember | None, public_id: UUID | str) -> DocumentVersion:
    """One version `staff` may read, ready for `actions.note_view`.

    Raises: DocumentVersion.DoesNotExist.
    """
    visible = DocumentVersion.objects.visible_in(scopes_for(staff))
    return visible.select_related("blob", "document__case__chain").get(public_id=public_id)


def drafts_of(case: Case) -> models.QuerySet[DraftDocument]:
    """Drafts lying in a case that came from `cases_for`, newest first."""
    return DraftDocument.objects.filter(case=case).select_related("blob", "created_by")


def draft_for(staff: StaffMember | None, public_id: UUID | str) -> DraftDocument:
    """One draft in a case `staff` may read. Raises: DraftDocument.DoesNotExist."""
    visible = DraftDocument.objects.filter(case__dossier__scope__in=scopes_for(staff))
    return visible.select_related("blob", "case__chain", "case__dossier__office").get(
        public_id=public_id
    )


def by_reference(staff: StaffMember | None, text: str) -> Dossier | Case | Document | None:
    """What this reference names, or named before a document was moved; None if unknown.

    A document is the reference of a case, any separator and its number, so that references
    stay valid when the town changes its pattern.
    """
    text = " ".join(text.split())[:80]
    scopes = scopes_for(staff)
    if case := Case.objects.visible_in(scopes).with_place().filter(reference=text).first():
        return case
    if dossier := Dossier.objects.visible_in(scopes).with_place().filter(reference=text).first():
        return dossier
    match = re.fullmatch(r"(.*?)[^0-9A-Za-zÄÖÜäöüß]+0*(\d{1,6})", text)
    if match is None:
        return None
    reference, number = match[1], int(match[2])
    documents = Document.objects.visible_in(scopes).select_related("case__dossier")
    return (
        documents.filter(case__reference=reference, number=number).first()
        or documents.filter(
            former_references__case__reference=reference, former_references__number=number
        ).first()
    )


def why(staff: StaffMember, about: Dossier | Case | Document) -> list[reasons.Reason]:
    """Why `staff` may see it, in sentences; empty if (s)he may not."""
    return reasons.why(staff, about)


def due_for_disposal(on: date) -> CaseQuerySet:
    """Cases whose retention is over on `on`, oldest first."""
    return (
        Case.objects.filter(state="closed", retention_until__lt=on)
        .with_place()
        .order_by("retention_until", "pk")
    )


@dataclass(frozen=True)
class RecordHit:
    """Something found: a case, or a document with its case. Parts are (text, is_hit)."""

    case: Case
    document: Document | None
    title: Parts
    snippet: Parts


@dataclass(frozen=True)
class RecordPage:
    """Some hits; `next` is the `after` of the following page, "" on the last one."""

    hits: Sequence[RecordHit]
    next: str = ""
    suggestion: str = ""


def find(
    staff: StaffMember | None,
    text: str,
    *,
    kind: str | None = None,
    limit: int = 20,
    after: str | None = None,
) -> RecordPage:
    """Full text over the cases and documents `staff` may read; `kind` "case" or "document".

    For searching with fields see `rathaus.records.finding.queries`.
    """
    from rathaus.records.finding import queries as finding
    from rathaus.records.finding.wanted import Wanted

    page = finding.find(
        staff, Wanted(text=text, fields={"in": kind} if kind else {}), limit=limit, after=after
    )
    hits = [RecordHit(hit.case, hit.document, hit.title, hit.snippet) for hit in page.hits]
    return RecordPage(hits, page.next, page.suggestion)
