"""Read-only access for somebody outside: link, code, an end."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from rathaus.organisation.models import StaffMember
from rathaus.records.models import Case, DocumentVersion


class Share(models.Model):
    """Some versions of a case, to be read by somebody outside until a day."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="work_shares")
    recipient = models.CharField(max_length=160)
    """Who may read, as staff call them: "Rechtsanwältin Deichmann"."""
    email = models.EmailField(blank=True)
    purpose = models.CharField(max_length=300)
    code_digest = models.CharField(max_length=64)
    """Keyed hash of the code; the code itself is shown once and kept nowhere."""
    created_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_on = models.DateField()
    """Last day of access."""
    revoked_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]


class ShareItem(models.Model):
    """One version to be read; outside it is known by its number only."""

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="items")
    number = models.PositiveSmallIntegerField()
    version = models.ForeignKey(
        DocumentVersion, on_delete=models.CASCADE, related_name="work_share_items"
    )
    fetched = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["share", "number"], name="work_share_item_number"),
            models.UniqueConstraint(fields=["share", "version"], name="work_share_item_once"),
        ]
