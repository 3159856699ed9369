"""Tags (Schlagwörter): of one office, or of the whole town."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.organisation.models import Office
from rathaus.records.models import Case, Document


class Tone(models.TextChoices):
    """Colours of the design system; each is told apart by its word, never by colour alone."""

    NEW = "new", _("Blau")
    WORK = "work", _("Grün")
    WAIT = "wait", _("Gelb")
    BAD = "bad", _("Rot")
    OFF = "off", _("Grau")


class Tag(models.Model):
    """A word that groups cases and documents."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=60)
    folded = models.CharField(max_length=60)
    """The name without differences of case, for uniqueness."""
    office = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    """Empty: for the whole town."""
    tone = models.CharField(max_length=10, choices=Tone.choices, default=Tone.OFF)

    class Meta:
        ordering = ["name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["office", "folded"], name="work_tag_once"),
            models.UniqueConstraint(
                fields=["folded"], condition=Q(office__isnull=True), name="work_town_tag_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CaseTag(models.Model):
    """A tag on a case."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="on_cases")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="work_tags")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tag", "case"], name="work_case_tag_once")
        ]


class DocumentTag(models.Model):
    """A tag on a document."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="on_documents")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="work_tags")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tag", "document"], name="work_document_tag_once")
        ]
