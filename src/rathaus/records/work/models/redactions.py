"""Redactions (Schwärzungen) that are being worked on."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rathaus.core.models import Blob
from rathaus.organisation.models import StaffMember
from rathaus.records.models import Document, DocumentVersion


class RedactionState(models.TextChoices):
    """How far it is."""

    PREPARING = "preparing", _("Seiten werden vorbereitet")
    OPEN = "open", _("in Arbeit")
    MAKING = "making", _("wird erstellt")
    DONE = "done", _("zur Akte genommen")
    FAILED = "failed", _("gescheitert")
    DROPPED = "dropped", _("verworfen")


class RedactionReason(models.TextChoices):
    """Why something is hidden; printed in the legend."""

    PERSONAL = "personal", _("personenbezogene Daten")
    BUSINESS = "business", _("Betriebs- oder Geschäftsgeheimnis")
    SECURITY = "security", _("öffentliche Sicherheit")
    DELIBERATION = "deliberation", _("Schutz der behördlichen Beratung")
    COPYRIGHT = "copyright", _("geistiges Eigentum")
    OTHER = "other", _("anderer gesetzlicher Grund")


class Redaction(models.Model):
    """One version, with the areas that somebody hides in it. The original stays as it is."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(
        DocumentVersion, on_delete=models.CASCADE, related_name="work_redactions"
    )
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=RedactionState.choices, default=RedactionState.PREPARING
    )
    title = models.CharField(max_length=250, blank=True)
    """Of the new document; must not give away what is hidden."""
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    result = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "touched_at"])]


class RedactionPage(models.Model):
    """A page as a picture, with its words and where they stand."""

    redaction = models.ForeignKey(Redaction, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    """Of the page in points (1/72 inch), as it is looked at."""
    picture = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    words = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["redaction", "number"], name="work_redaction_page")
        ]


class RedactionBox(models.Model):
    """An area to hide, in ten-thousandths of width and height of the page."""

    redaction = models.ForeignKey(Redaction, on_delete=models.CASCADE, related_name="boxes")
    page = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    top = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    bottom = models.PositiveIntegerField()
    reason = models.CharField(max_length=12, choices=RedactionReason.choices)
    found_by = models.CharField(max_length=20, blank=True, default="")
    """Key of the search that found it; empty for one drawn by hand."""

    class Meta:
        ordering = ["page", "top", "left", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(left__lt=F("right"), top__lt=F("bottom"), right__lte=10000)
                & Q(bottom__lte=10000),
                name="work_redaction_box",
            ),
            models.UniqueConstraint(
                fields=["redaction", "page", "left", "top", "right", "bottom"],
                name="work_redaction_box_once",
            ),
        ]
