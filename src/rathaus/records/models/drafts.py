"""What lies in a case before it is filed, and references that documents had elsewhere."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from rathaus.core.models import Blob
from rathaus.organisation.models import StaffMember
from rathaus.records.models.cases import Case
from rathaus.records.models.documents import Document


class DraftDocument(models.Model):
    """A document being written: content may change, no number, no part of the history yet."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="drafts")
    title = models.CharField(max_length=250)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=120)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    """Counts every saved state; who saves has to name the one (s)he began with."""
    created_by = models.ForeignKey(
        StaffMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author = models.CharField(max_length=120)
    """Who saved it last, in words."""
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-updated_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "-updated_at"], name="records_draft_of_case")
        ]

    def __str__(self) -> str:
        return self.title


class FormerReference(models.Model):
    """A number a document had in a case from which it was moved: it still leads to it."""

    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="former_references"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="former_documents")
    number = models.PositiveIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "number"], name="records_former_once")
        ]
