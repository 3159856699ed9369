"""Packages that jobs make for somebody to fetch."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.organisation.models import StaffMember
from rathaus.records.models import Case, Dossier


class ExportFormat(models.TextChoices):
    """What is made."""

    PDF = "pdf", _("eine PDF mit Inhaltsverzeichnis")
    ZIP = "zip", _("Zip mit Originalen und Verlauf")


class ExportState(models.TextChoices):
    """How far it is."""

    WAITING = "waiting", _("in Arbeit")
    READY = "ready", _("fertig")
    FAILED = "failed", _("gescheitert")
    GONE = "gone", _("gelöscht")


class ExportOrder(models.Model):
    """A dossier or a case, ordered by one person, who alone can fetch it for seven days."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    office_label = models.CharField(max_length=120, blank=True)
    dossier = models.ForeignKey(
        Dossier, null=True, blank=True, on_delete=models.CASCADE, related_name="work_exports"
    )
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.CASCADE, related_name="work_exports"
    )
    cases = models.JSONField(default=list)
    """Primary keys of the cases that are in it."""
    format = models.CharField(max_length=3, choices=ExportFormat.choices)
    state = models.CharField(
        max_length=10, choices=ExportState.choices, default=ExportState.WAITING
    )
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=120, blank=True)
    """Where the sealed file lies."""
    key_sealed = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(dossier__isnull=True, case__isnull=False)
                | Q(dossier__isnull=False, case__isnull=True),
                name="work_export_of_one",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["staff", "state"]),
            models.Index(fields=["state", "expires_at"]),
        ]
