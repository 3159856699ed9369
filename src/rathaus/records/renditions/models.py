"""How far the renditions of each version are. The bytes themselves are `records.Rendition`."""

from __future__ import annotations

import json
import zlib
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from rathaus.records.models import DocumentVersion, RenditionKind
from rathaus.records.renditions.states import WorkState


class RenditionWork(models.Model):
    """All renditions of one version: made together, step by step, by whoever holds the lease.

    Holds figures about the document, never its words; those are renditions.
    """

    version = models.OneToOneField(
        DocumentVersion, on_delete=models.CASCADE, related_name="rendition_work"
    )
    state = models.CharField(max_length=12, choices=WorkState.choices, default=WorkState.WAITING)
    due_at = models.DateTimeField()
    heavy = models.BooleanField(default=False)
    """Pages have to be read by OCR: takes turns with the light work, never before it."""
    tries = models.PositiveSmallIntegerField(default=0)
    lease_token = models.CharField(max_length=32, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=30, blank=True, default="")
    """Code of why it failed, see `reasons`."""
    detail = models.CharField(max_length=300, blank=True, default="")
    """For operators: what the reader said."""
    looked = models.BooleanField(default=False)
    pages = models.PositiveIntegerField(default=0)
    pages_made = models.PositiveIntegerField(default=0)
    """Of the PDF/A; 0 while there is none."""
    to_read = models.JSONField(default=list)
    """Numbers (from 0) of the pages that are pictures of text."""
    pages_read = models.PositiveIntegerField(default=0)
    chars = models.PositiveIntegerField(default=0)
    """Readable characters, those found by OCR included."""
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    """Mean of the pages read by OCR, 0 to 100, as Tesseract sees it."""
    words = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    """Words of the original that the PDF/A does not have."""
    differing = models.JSONField(default=list)
    """Numbers (from 1) of pages of the PDF/A that look different."""
    drawn = models.JSONField(default=list)
    """Numbers (from 0) of pages that PDF/A can only hold as a picture."""
    problems = models.JSONField(default=list)
    """Codes of what the check of the PDF/A found."""
    checked_by = models.CharField(max_length=20, blank=True, default="")
    """"structure" or "verapdf"; empty while there is no PDF/A of ours."""
    signed = models.BooleanField(default=False)
    seconds = models.FloatField(default=0)
    """Spent on it."""
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=WorkState.values), name="renditions_work_state"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "heavy", "due_at"]),
            models.Index(fields=["state", "reason"]),
            models.Index(fields=["finished_at"]),
        ]

    @property
    def remaining(self) -> list[int]:
        """Pages (from 0) that OCR has still to read."""
        return list(self.to_read[self.pages_read :])


class Shape(models.Model):
    """What became of one kind of rendition of a version."""

    work = models.ForeignKey(RenditionWork, on_delete=models.CASCADE, related_name="shapes")
    kind = models.CharField(max_length=10, choices=RenditionKind.choices)
    state = models.CharField(max_length=12, choices=WorkState.choices)
    reason = models.CharField(max_length=30, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["work", "kind"], name="renditions_shape_once"),
            models.CheckConstraint(
                condition=Q(state__in=WorkState.values), name="renditions_shape_state"
            ),
        ]


class PageRead(models.Model):
    """What OCR found on a page, kept until the whole document is read; then it is deleted."""

    work = models.ForeignKey(RenditionWork, on_delete=models.CASCADE, related_name="reads")
    number = models.PositiveIntegerField()
    packed = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["work", "number"], name="renditions_page_once")
        ]

    @staticmethod
    def pack(found: dict[str, Any]) -> bytes:
        """Words and places, as small as may be."""
        return zlib.compress(json.dumps(found, ensure_ascii=False).encode())

    @property
    def found(self) -> dict[str, Any]:
        """What was packed."""
        unpacked: dict[str, Any] = json.loads(zlib.decompress(bytes(self.packed)))
        return unpacked
