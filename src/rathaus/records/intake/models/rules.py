"""Rules that suggest where to file, and what an office usually files where."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from rathaus.organisation.models import Office
from rathaus.records.intake.states import Source
from rathaus.records.models import Case, Document, Dossier, FilingPlanEntry


class Rule(models.Model):
    """If sender, words and source fit: suggest this place. All conditions given must hold."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    position = models.PositiveIntegerField()
    active = models.BooleanField(default=True)
    sender = models.CharField(max_length=200, blank=True)
    """Part of the sender, any case."""
    words = models.CharField(max_length=300, blank=True)
    """All of these words in subject, name or text; endings do not matter."""
    source = models.CharField(max_length=10, choices=Source.choices, blank=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="+")
    dossier = models.ForeignKey(Dossier, null=True, on_delete=models.CASCADE, related_name="+")
    entry = models.ForeignKey(
        FilingPlanEntry, null=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        ordering = ["office", "position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, dossier__isnull=True, entry__isnull=True)
                | Q(case__isnull=True, dossier__isnull=False, entry__isnull=True)
                | Q(case__isnull=True, dossier__isnull=True, entry__isnull=False),
                name="intake_rule_one_place",
            )
        ]


class Habit(models.Model):
    """Terms of a document that the office filed: the memory of the suggestions.

    A bounded sample per office (`rathaus.records.intake.suggesting.similar`).
    """

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="+")
    terms = models.JSONField()
    """Term to how often, the most telling ones only."""
    length = models.PositiveIntegerField()

    class Meta:
        ordering = ["-document"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["office", "-document"], name="intake_habit")
        ]
