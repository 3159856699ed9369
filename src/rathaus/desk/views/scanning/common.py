"""What the pages of the scan place share."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from rathaus.desk.access import DeskRequest
from rathaus.organisation.models import Role, StaffMember
from rathaus.records import permissions
from rathaus.records import queries as records
from rathaus.records.models import Case
from rathaus.records.scanning import queries
from rathaus.records.scanning.models import ScanBatch, ScanFile
from rathaus.records.scanning.states import BatchState

NAV = {"nav_current": "scan"}
TONES = {
    BatchState.OPEN: "new",
    BatchState.TRANSFERRED: "wait",
    BatchState.CHECKING: "work",
    BatchState.FAILED: "bad",
    BatchState.PASSED: "done",
    BatchState.DESTROYED: "off",
    BatchState.CANCELLED: "off",
}
SUGGESTED = 6


def batch_of(request: DeskRequest, ident: uuid.UUID, permission: str = "scan.work") -> ScanBatch:
    """The batch. Raises: Http404, also for one that the person may not see."""
    try:
        return queries.batch_for(request.desk.staff, ident, permission)
    except ScanBatch.DoesNotExist:
        raise Http404 from None


def file_of(request: DeskRequest, ident: uuid.UUID) -> ScanFile:
    """A file of a batch that the person may see. Raises: Http404."""
    rows = ScanFile.objects.filter(batch__in=queries.batches_for(request.desk.staff).order_by())
    found = rows.select_related(
        "blob", "document__case__chain", "batch__profile__profile", "batch__office", "batch__chain"
    )
    file = found.filter(public_id=ident).first()
    if file is None:
        raise Http404
    return file


def case_by_reference(request: DeskRequest, reference: str) -> Case | None:
    """The case with this reference that the person may read."""
    rows = records.cases_for(request.desk.staff)
    return rows.filter(reference__iexact=reference).first() if reference else None


def refusal(request: DeskRequest, case: Case | None) -> str:
    """Why the person may not put scans into the case, which (s)he may read; "" if (s)he may."""
    if case is None or permissions.may_write(request.desk.staff, case.dossier):
        return ""
    return _("In diesem Vorgang dürfen Sie nur lesen. Wählen Sie einen anderen.")


def similar_cases(request: DeskRequest, text: str) -> list[Case]:
    """Open cases that a search for `text` finds, for choosing."""
    if not text:
        return []
    page = records.find(request.desk.staff, text, kind="case", limit=SUGGESTED)
    return [hit.case for hit in page.hits if hit.case.state == "open"]


def helper() -> StaffMember | None:
    """Who helps with scanning: the records manager."""
    rows = StaffMember.objects.filter(
        memberships__role=Role.RECORDS_MANAGER, user__is_active=True
    ).order_by("last_name")
    return rows.first()


def listed(rows: list[ScanBatch]) -> list[dict[str, Any]]:
    """Batches with the tone of their state."""
    return [{"batch": row, "tone": TONES[BatchState(row.state)]} for row in rows]
