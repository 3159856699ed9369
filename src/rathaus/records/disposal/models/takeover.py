"""What came from another system (xdomea 0401) and became what here."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from rathaus.records.models import Case, Dossier


class Takeover(models.Model):
    """A dossier or case of another system; its identification there is kept."""

    process = models.UUIDField(default=uuid.uuid4)
    """Process id of the message it came with."""
    foreign_id = models.UUIDField(unique=True)
    """Its UUID at the other system: taken over once, however often it is sent."""
    foreign_reference = models.CharField(max_length=200, blank=True, default="")
    origin = models.CharField(max_length=200)
    dossier = models.ForeignKey(
        Dossier, null=True, blank=True, on_delete=models.PROTECT, related_name="taken_over"
    )
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="taken_over"
    )
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["process"], name="disposal_takeover_process"),
        ]
