"""What stays of a destroyed case, and files that still have to be removed."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from rathaus.core.models import Chain
from rathaus.records.disposal.states import Verdict


class Tombstone(models.Model):
    """Proof that a case was destroyed lawfully. Cannot be changed or deleted; nothing personal."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case_uuid = models.UUIDField(unique=True)
    chain = models.OneToOneField(Chain, on_delete=models.PROTECT, related_name="tombstone")
    chain_length = models.PositiveIntegerField()
    chain_head = models.CharField(max_length=64)
    """Hash of the last event, which tells of the destruction."""
    reference = models.CharField(max_length=60)
    series = models.CharField(max_length=80, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    plan_code = models.CharField(max_length=20)
    dossier_reference = models.CharField(max_length=60)
    office_key = models.CharField(max_length=60)
    opened_on = models.DateField()
    closed_on = models.DateField()
    retention_years = models.PositiveSmallIntegerField()
    retention_until = models.DateField()
    verdict = models.CharField(max_length=1, choices=Verdict.choices)
    verdict_by = models.CharField(max_length=120)
    archive_name = models.CharField(max_length=120, blank=True, default="")
    archive_ident = models.CharField(max_length=500, blank=True, default="")
    process_reference = models.CharField(max_length=40)
    proposed_by = models.CharField(max_length=120)
    released_by = models.CharField(max_length=120)
    destroyed_at = models.DateTimeField()
    documents = models.PositiveIntegerField()
    files = models.PositiveIntegerField()
    kept_files = models.PositiveIntegerField()
    """Contents that other cases hold too; they stay until those go."""
    size = models.PositiveBigIntegerField()
    """Bytes destroyed."""

    class Meta:
        ordering = ["-destroyed_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["reference"], name="disposal_tombstone_ref"),
        ]

    def __str__(self) -> str:
        return self.reference


class DossierTombstone(models.Model):
    """Proof that an emptied dossier was closed out. Cannot be changed or deleted either."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier_uuid = models.UUIDField(unique=True)
    parent_uuid = models.UUIDField(null=True, db_index=True)
    """The dossier above it, which may be empty now too."""
    chain = models.OneToOneField(Chain, on_delete=models.PROTECT, related_name="dossier_tombstone")
    chain_length = models.PositiveIntegerField()
    chain_head = models.CharField(max_length=64)
    """Hash of the last event, which tells of the end."""
    reference = models.CharField(max_length=60)
    plan_code = models.CharField(max_length=20)
    office_key = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    automatic = models.BooleanField()
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    retention_until = models.DateField(null=True)
    """Of a dossier made by hand; an automatic one has none of its own."""
    cases = models.PositiveIntegerField()
    """Cases of it that were destroyed or handed over."""
    process_reference = models.CharField(max_length=40)
    """The process whose protocol names it, or of a later protocol of its own."""
    destroyed_at = models.DateTimeField()

    class Meta:
        ordering = ["-destroyed_at", "-pk"]

    def __str__(self) -> str:
        return self.reference


class Remains(models.Model):
    """A stored file whose key is gone and whose bytes still have to go (after a crash, too)."""

    name = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()
