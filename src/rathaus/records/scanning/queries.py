"""Reads of scanning. Who may see a batch: its office, and who may read its case."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from rathaus.core.clock import today
from rathaus.organisation.models import StaffMember
from rathaus.organisation.permissions import grants
from rathaus.records import queries as records
from rathaus.records.intake import queries as intake
from rathaus.records.intake.models import ItemQuerySet
from rathaus.records.intake.states import ItemState, Source
from rathaus.records.scanning import holds
from rathaus.records.scanning.examine import READABLE
from rathaus.records.scanning.hints import Completeness, Seen, judge
from rathaus.records.scanning.models import (
    BatchQuerySet,
    FileState,
    SampleItem,
    ScanBatch,
    ScanFile,
    ScanPage,
)
from rathaus.records.scanning.states import BatchState, Verdict
from rathaus.theme import formats

__all__ = ["Completeness", "completeness"]


def batches_for(staff: StaffMember | None, permission: str = "scan.work") -> BatchQuerySet:
    """Batches of the offices where `permission` is held, and of cases `staff` may read."""
    offices = [office.pk for office in grants(staff).offices(permission)]
    readable = records.cases_for(staff).order_by().values("pk")
    own = ScanBatch.objects.of_offices(offices).with_profile()
    return own.filter(Q(case__isnull=True) | Q(case__in=readable))


def batch_for(
    staff: StaffMember | None, public_id: UUID | str, permission: str = "scan.work"
) -> ScanBatch:
    """One batch. Raises: ScanBatch.DoesNotExist, also where it is another office's."""
    return batches_for(staff, permission).get(public_id=public_id)


def present_files(batch: ScanBatch) -> list[ScanFile]:
    """The files that count: the newest scan of each document."""
    rows = batch.files.filter(replaced_by__isnull=True).select_related("blob", "document")
    return list(rows.annotate(blank=Count("seen_pages", filter=Q(seen_pages__ink__lte=60))))


def completeness(batch: ScanBatch) -> Completeness:
    """Scanned pages against counted sheets, with hints."""
    pages = [
        Seen(str(file), position, number, width, height, ink, fingerprint)
        for file, position, number, width, height, ink, fingerprint in ScanPage.objects.filter(
            file__batch=batch, file__replaced_by__isnull=True
        )
        .order_by("file__position", "number")
        .values_list("file", "file__position", "number", "width", "height", "ink", "fingerprint")
    ]
    broken = batch.files.filter(state=FileState.UNREADABLE, replaced_by__isnull=True)
    return judge(
        pages,
        sheets=batch.sheets,
        duplex=batch.profile.parsed.duplex,
        unreadable=list(broken.values_list("name", flat=True)),
    )


def scanned_by(batch: ScanBatch) -> set[str]:
    """Everybody who had a hand in the scans: they must not check them."""
    hands = set(batch.files.values_list("added_by", flat=True))
    return (hands | {batch.opened_by, batch.transferred_by}) - {""}


def open_rescans(batch: ScanBatch) -> list[ScanFile]:
    """Documents with a rejected page that were not scanned again."""
    rejected = SampleItem.objects.filter(sample__batch=batch, verdict=Verdict.RESCAN)
    rows = batch.files.filter(replaced_by__isnull=True, pk__in=rejected.values("page__file"))
    return list(rows.select_related("blob", "document"))


def folder_items(staff: StaffMember | None, batch: ScanBatch) -> ItemQuerySet:
    """What lies in the watched scan folder of the batch's office, oldest first."""
    rows = intake.items_for(staff).filter(office=batch.office_id, state=ItemState.READY)
    rows = rows.filter(source=Source.SCAN, content_type__in=READABLE)
    return rows.for_lists().order_by("received_at", "pk")


def paper_due(batches: BatchQuerySet, on: date | None = None) -> BatchQuerySet:
    """Batches whose paper may be destroyed on `on` (today), the longest waiting first.

    Legal holds of the cases are part of the query.
    """
    rows = batches.filter(state=BatchState.PASSED, paper_until__lte=on or today(), hold_reason="")
    return rows.exclude(case__in=holds.held_cases()).order_by("paper_until", "pk")


def why_paper_stays(batch: ScanBatch, *, now_destroyed: bool = False) -> str:
    """Why the paper must not be destroyed today; "" if it may.

    Read anew, so that a hold set a moment ago counts. `now_destroyed`: asked inside the
    transaction that destroys.
    """
    fresh = ScanBatch.objects.get(pk=batch.pk)
    wanted = BatchState.DESTROYED if now_destroyed else BatchState.PASSED
    if fresh.state != wanted or fresh.paper_until is None:
        return _("Die Stichprobe ist noch nicht bestanden.")
    if fresh.hold_reason:
        return _("Das Papier wird aufbewahrt: %(reason)s") % {"reason": fresh.hold_reason}
    if fresh.case_id and holds.held_cases().filter(pk=fresh.case_id).exists():
        return _("Für diesen Vorgang gilt eine Sperre.")
    if open_rescans(fresh):
        return _("Ein Dokument ist noch neu zu scannen.")
    if fresh.paper_until > today():
        day = formats.numeric_day(fresh.paper_until)
        return _("Das Papier ist bis zum %(day)s aufzubewahren.") % {"day": day}
    return ""
