"""Archives that take over records, and what was agreed with them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """How many stages the process has."""

    FULL = "full", _("vierstufig: erst anbieten, dann abgeben")
    TRANSFER = "transfer", _("zweistufig: ohne Anbietung abgeben, wie vereinbart")


class Unappraised(models.TextChoices):
    """What was agreed for objects that the archive's answer leaves out."""

    ASK = "ask", _("beim Archiv nachfragen")
    DESTROY = "V", _("gilt als „vernichten“")
    ARCHIVE = "A", _("gilt als „archivwürdig“")


class Archive(models.Model):
    """An archive with its version of xdomea and the folders for messages."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120, unique=True)
    key = models.CharField(max_length=60, blank=True, default="")
    """Identification of the archive in the head of messages (Behördenkennung)."""
    own_key = models.CharField(max_length=60, blank=True, default="")
    """Ours; empty: the key of the municipality."""
    version = models.CharField(max_length=10, default="3.1.0")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.FULL)
    unappraised = models.CharField(
        max_length=3, choices=Unappraised.choices, default=Unappraised.ASK
    )
    folder = models.CharField(max_length=60, unique=True)
    """Name below the base folder for exchange, never a path."""
    webdav_url = models.CharField(max_length=300, blank=True, default="")
    """Where messages are put in addition; its host has to be allowed by the operator."""
    answer_days = models.PositiveSmallIntegerField(default=180)
    """Days after which a missing answer is shown as late."""
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="disposal_archive_kind"),
            models.CheckConstraint(
                condition=Q(unappraised__in=Unappraised.values), name="disposal_archive_unappraised"
            ),
        ]

    def __str__(self) -> str:
        return self.name
