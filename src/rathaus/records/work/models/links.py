"""Links between what is filed; read from both ends."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.organisation.models import StaffMember
from rathaus.records.models import Case, Document, Dossier


class LinkKind(models.TextChoices):
    """How the one end stands to the other, read from the first."""

    RELATES = "relates", _("gehört zu")
    SUPERSEDES = "supersedes", _("ersetzt")
    ANNEX = "annex", _("ist Anlage zu")
    REDACTED = "redacted", _("ist geschwärzte Fassung von")


BACKWARDS = {
    LinkKind.RELATES: _("gehört zu"),
    LinkKind.SUPERSEDES: _("wird ersetzt durch"),
    LinkKind.ANNEX: _("hat als Anlage"),
    LinkKind.REDACTED: _("hat geschwärzte Fassung"),
}
"""The same, read from the second end."""


def _one_end(side: str) -> Q:
    names = [f"{side}_{what}__isnull" for what in ("dossier", "case", "document")]
    choices = [Q(**{name: name != one for name in names}) for one in names]
    return choices[0] | choices[1] | choices[2]


class Link(models.Model):
    """From one dossier, case or document to another."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=LinkKind.choices)
    from_dossier = models.ForeignKey(
        Dossier, null=True, blank=True, on_delete=models.CASCADE, related_name="work_links_from"
    )
    from_case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.CASCADE, related_name="work_links_from"
    )
    from_document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.CASCADE, related_name="work_links_from"
    )
    to_dossier = models.ForeignKey(
        Dossier, null=True, blank=True, on_delete=models.CASCADE, related_name="work_links_to"
    )
    to_case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.CASCADE, related_name="work_links_to"
    )
    to_document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.CASCADE, related_name="work_links_to"
    )
    created_by = models.ForeignKey(
        StaffMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=_one_end("from"), name="work_link_one_from"),
            models.CheckConstraint(condition=_one_end("to"), name="work_link_one_to"),
        ]
