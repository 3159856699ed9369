"""Messages to and from archives. Their XML is not kept: it would outlive the case."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.records.disposal.models.archive import Archive
from rathaus.records.disposal.models.process import Process


class MessageState(models.TextChoices):
    """Where a message is."""

    READY = "ready", _("wird erstellt")
    SENT = "sent", _("gesendet")
    RECEIVED = "received", _("empfangen")


class Message(models.Model):
    """One message of a process; written before it is sent, so that it is sent once."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    """UUID of the message (nachrichtenUUID in 4.0)."""
    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="messages")
    code = models.CharField(max_length=4)
    incoming = models.BooleanField()
    number = models.PositiveIntegerField(default=1)
    answers = models.UUIDField(null=True, blank=True)
    key = models.CharField(max_length=100)
    """What tells it from others: the UUID in 4.0, else the digest of its XML."""
    name = models.CharField(max_length=200, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=MessageState.choices)
    summary = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["process", "incoming", "key"], name="disposal_message_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=MessageState.values), name="disposal_message_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Quarantine(models.Model):
    """A message that was refused: a copy is kept, with the reason."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    archive = models.ForeignKey(
        Archive, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    process = models.ForeignKey(
        Process, null=True, blank=True, on_delete=models.PROTECT, related_name="refused"
    )
    name = models.CharField(max_length=200)
    stored = models.CharField(max_length=80, blank=True, default="")
    """Name of the copy in the quarantine folder; empty once somebody removed it."""
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    key = models.CharField(max_length=40)
    reason = models.CharField(max_length=400)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["sha256", "name"],
                condition=Q(settled_at__isnull=True),
                name="disposal_quarantine_once",
            ),
        ]
