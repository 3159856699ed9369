"""What the two sides ask and tell each other."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rathaus.proceedings.models.application import Application


class CorrectionKind(models.TextChoices):
    """Why the application cannot be decided as it is."""

    MISSING = "missing", _("Fehlt")
    INCORRECT = "incorrect", _("Stimmt nicht")
    OUTDATED = "outdated", _("Veraltet")


class CorrectionState(models.TextChoices):
    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class CorrectionRequest(models.Model):
    """Something the resident has to supply. Stops the clock and blocks the decision.

    `items` is a list of ``{"id", "kind", "text", "upload"}``; `answers` maps an item's id to
    ``{"text", "documents": [document ids]}``.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="corrections"
    )
    state = models.CharField(
        max_length=10, choices=CorrectionState.choices, default=CorrectionState.OPEN
    )
    text = models.TextField(blank=True, default="")
    items = models.JSONField()
    answers = models.JSONField(default=dict)
    due_on = models.DateField()
    created_by = models.ForeignKey(
        "organisation.StaffMember", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(state="open"),
                name="correction_one_open_per_application",
            )
        ]


class Message(models.Model):
    """A message of the mailbox of a case; `incoming` means from the resident."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="messages")
    incoming = models.BooleanField()
    text = models.TextField()
    author = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    documents = models.ManyToManyField("records.Document", blank=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "id"]
