"""The end of the paper, and the written procedure."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rathaus.core.models import Blob


class PaperDestruction(models.Model):
    """Paper of one or more batches that was destroyed together, with its protocol."""

    class Method(models.TextChoices):
        """Ways after DIN 66399; the level belongs to the confidentiality of the papers."""

        SHREDDER_P4 = "p4", _("Aktenvernichter, Sicherheitsstufe P-4")
        SHREDDER_P5 = "p5", _("Aktenvernichter, Sicherheitsstufe P-5")
        SERVICE = "service", _("Entsorgungsbetrieb mit Nachweis")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=40, unique=True)
    method = models.CharField(max_length=10, choices=Method.choices)
    detail = models.CharField(max_length=200, blank=True)
    """Firm and number of its certificate, or device."""
    done_on = models.DateField()
    confirmed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=64)
    confirmed_by_name = models.CharField(max_length=120)
    protocol = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="paper_destructions")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.reference


class ProcedureVersion(models.Model):
    """The procedure document as it was at one time; a new one only when its content changed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(unique=True)
    sha256 = models.CharField(max_length=64, unique=True)
    """Over the content, not over the PDF: the same content is the same version."""
    content = models.JSONField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="scan_procedures")
    made_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
