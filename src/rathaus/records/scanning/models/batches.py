"""Batches, their files, and what a job saw on the pages."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.core.models import Blob, Chain
from rathaus.organisation.models import Office
from rathaus.records.models import Case, Document, DocumentKind
from rathaus.records.scanning.models.paper import PaperDestruction
from rathaus.records.scanning.models.profiles import ProfileVersion
from rathaus.records.scanning.states import BatchState


class BatchQuerySet(models.QuerySet["ScanBatch"]):
    """Reads of batches; faces begin with `queries.batches_for`."""

    def of_offices(self, office_ids: Iterable[int]) -> BatchQuerySet:
        """Only batches of these offices; none for an empty list."""
        return self.filter(office_id__in=list(office_ids))

    def with_profile(self) -> BatchQuerySet:
        """Profile version, office and case in the same query."""
        return self.select_related("profile__profile", "office", "case", "chain")


class ScanBatch(models.Model):
    """A stack of paper that one person scans with one profile."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=40, unique=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="scan_batches")
    profile = models.ForeignKey(ProfileVersion, on_delete=models.PROTECT, related_name="batches")
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="scan_batches"
    )
    """Where the scans are filed; required for the transfer."""
    chain = models.OneToOneField(Chain, on_delete=models.PROTECT, related_name="scan_batch")
    origin = models.CharField(max_length=200)
    """Where the paper comes from: cabinet, folder, post of a day."""
    prepared_by = models.CharField(max_length=120)
    """Who took out staples and sorted the sheets."""
    sheets = models.PositiveIntegerField()
    """Counted by hand before scanning."""
    state = models.CharField(max_length=12, choices=BatchState.choices, default=BatchState.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64)
    """Identity of the member of staff (`Actor.id`), for the rule of four eyes."""
    opened_by_name = models.CharField(max_length=120)
    transferred_at = models.DateTimeField(null=True, blank=True)
    transferred_by = models.CharField(max_length=64, blank=True)
    transferred_by_name = models.CharField(max_length=120, blank=True)
    remark = models.CharField(max_length=500, blank=True)
    """Why pages and sheets do not match, in the words of the scanning person."""
    digest = models.CharField(max_length=64, blank=True)
    """sha256 over the list of the files at the transfer (`note.batch_digest`)."""
    pages = models.PositiveIntegerField(default=0)
    """Pages at the transfer."""
    passed_at = models.DateTimeField(null=True, blank=True)
    paper_until = models.DateField(null=True, blank=True)
    """First day on which the paper may be destroyed; set by the passed check."""
    hold_reason = models.CharField(max_length=300, blank=True)
    """Why the paper stays for the time being; empty for no hold."""
    destruction = models.ForeignKey(
        PaperDestruction, null=True, blank=True, on_delete=models.PROTECT, related_name="batches"
    )

    objects: ClassVar[BatchQuerySet] = BatchQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=BatchState.values), name="scanning_batch_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=BatchState.DESTROYED)
                | Q(destruction__isnull=False, paper_until__isnull=False),
                name="scanning_destroyed_with_protocol",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BatchState.OPEN, BatchState.CANCELLED])
                | Q(transferred_at__isnull=False, case__isnull=False),
                name="scanning_transferred_has_case",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["office", "state"]),
            models.Index(fields=["state", "paper_until"]),
            models.Index(fields=["transferred_at"]),
        ]

    def __str__(self) -> str:
        return self.reference


class FileState(models.TextChoices):
    """What the software knows about a file."""

    WAITING = "waiting", _("wird angesehen")
    READ = "read", _("gelesen")
    UNREADABLE = "unreadable", _("nicht lesbar")


class ScanFile(models.Model):
    """A file of a batch: one document. A new scan of it replaces the old one."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    batch = models.ForeignKey(ScanBatch, on_delete=models.PROTECT, related_name="files")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=20, choices=DocumentKind.choices, default=DocumentKind.LETTER
    )
    content_type = models.CharField(max_length=120)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="scan_files")
    state = models.CharField(max_length=12, choices=FileState.choices, default=FileState.WAITING)
    problem = models.CharField(max_length=200, blank=True)
    page_count = models.PositiveIntegerField(default=0)
    kept_kind = models.CharField(max_length=200, blank=True)
    """Excluded kind of the profile: the paper of this document is never destroyed."""
    kept_where = models.CharField(max_length=200, blank=True)
    """Where the paper that stays is."""
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="scan_files"
    )
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=64)

    class Meta:
        ordering = ["position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=FileState.values), name="scanning_file_state"
            ),
            models.UniqueConstraint(
                fields=["batch", "blob"],
                condition=Q(replaces__isnull=True),
                name="scanning_file_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScanPage(models.Model):
    """What a job saw on a page. Hints come from it, never verdicts."""

    file = models.ForeignKey(ScanFile, on_delete=models.CASCADE, related_name="seen_pages")
    number = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    """Millimetres."""
    ink = models.PositiveIntegerField()
    """Dark dots in a million: a blank page has next to none."""
    fingerprint = models.CharField(max_length=64)
    """Difference hash over 17 × 16 greys: pages that look alike have nearly the same."""
    picture = models.ForeignKey(
        Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="scan_pages"
    )
    """Small picture for the check; removed once the paper is gone."""

    class Meta:
        ordering = ["file__position", "file", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["file", "number"], name="scanning_page_once")
        ]
