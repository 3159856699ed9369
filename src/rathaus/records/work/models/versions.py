"""Who works on a document, and what a newer version is about."""

from __future__ import annotations

from django.db import models

from rathaus.organisation.models import StaffMember
from rathaus.records.models import Document, DocumentVersion


class DocumentLock(models.Model):
    """One person works on a document until a moment; an old lock counts for nothing."""

    document = models.OneToOneField(
        Document, on_delete=models.CASCADE, primary_key=True, related_name="work_lock"
    )
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)


class VersionNote(models.Model):
    """What changed with a version and why, and what was measured in it."""

    version = models.OneToOneField(
        DocumentVersion, on_delete=models.CASCADE, primary_key=True, related_name="work_note"
    )
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    pages = models.PositiveIntegerField(null=True, blank=True)
    """Pages of this version; empty where the format has none."""
    words_added = models.PositiveIntegerField(null=True, blank=True)
    words_removed = models.PositiveIntegerField(null=True, blank=True)
    """Compared with the version before; empty until a job has read both, or without text."""
