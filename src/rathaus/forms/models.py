"""Uploaded files of drafts and applications."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from rathaus.core.models import Blob


class Upload(models.Model):
    """A file somebody added to a form. The bytes are write-once and may be shared by uploads."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.UUIDField(db_index=True)
    """Public id of the draft or application it belongs to."""
    field_key = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created", "id")

    def __str__(self) -> str:
        return self.name

    def as_answer(self) -> dict[str, Any]:
        """The shape of an answer to an upload field."""
        return {
            "id": str(self.id),
            "name": self.name,
            "size": self.size,
            "sha256": self.blob.sha256,
            "content_type": self.content_type,
        }
