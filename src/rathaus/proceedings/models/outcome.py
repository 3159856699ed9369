"""How a case ends: the decision and its letter."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rathaus.proceedings.models.application import Application


class Outcome(models.TextChoices):
    GRANTED = "granted", _("Erledigt")
    REJECTED = "rejected", _("Abgelehnt")


class Decision(models.Model):
    """Who decided what and when; one per application."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="decision"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    decided_by = models.ForeignKey(
        "organisation.StaffMember", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField()


class Letter(models.Model):
    """A letter as it was written; the PDF in the record is made from it by a job."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="letters")
    decision = models.OneToOneField(
        Decision, null=True, on_delete=models.PROTECT, related_name="letter"
    )
    template_key = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    remedy = models.TextField(blank=True, default="")
    signed_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    document = models.OneToOneField(
        "records.Document", null=True, on_delete=models.PROTECT, related_name="+"
    )
    first_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "id"]
