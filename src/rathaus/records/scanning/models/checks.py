"""The sample check by a second person."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rathaus.records.scanning.models.batches import ScanBatch, ScanPage
from rathaus.records.scanning.states import Verdict


class SampleCheck(models.Model):
    """One round. After a failed one every page of the batch is looked at."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    batch = models.ForeignKey(ScanBatch, on_delete=models.PROTECT, related_name="checks")
    round = models.PositiveIntegerField()
    seed = models.CharField(max_length=64)
    """With it anybody can draw the same sample again (`sampling.draw`)."""
    percent = models.PositiveIntegerField()
    minimum = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    population = models.PositiveIntegerField()
    is_whole = models.BooleanField(default=False)
    scanned_by = models.CharField(max_length=64)
    checker = models.CharField(max_length=64)
    checker_name = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    passed = models.BooleanField(null=True)

    class Meta:
        ordering = ["batch", "round"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["batch", "round"], name="scanning_round_once"),
            # Not only the software: the database too refuses a check of one's own scans.
            models.CheckConstraint(
                condition=~Q(checker=F("scanned_by")), name="scanning_four_eyes"
            ),
        ]


class SampleItem(models.Model):
    """One page of the sample with its verdict."""

    sample = models.ForeignKey(SampleCheck, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    page = models.ForeignKey(ScanPage, on_delete=models.PROTECT, related_name="samples")
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["sample", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sample", "page"], name="scanning_item_once"),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="scanning_verdict"
            ),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.RESCAN) | ~Q(reason=""),
                name="scanning_rescan_has_reason",
            ),
        ]
