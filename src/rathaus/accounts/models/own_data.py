"""What an account asks for about itself: another address for notices, a copy of its data."""

from __future__ import annotations

import uuid

from django.db import models

from rathaus.accounts.models.account import Account


class ContactConfirmation(models.Model):
    """A new address for notices, used only after the code sent there came back."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, related_name="contact_confirmation"
    )
    email_sealed = models.TextField()
    code_digest = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)


class ExportState(models.TextChoices):
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"
    DELETED = "deleted"


class DataExport(models.Model):
    """A copy of everything the town holds about a person (Art. 15, 20 GDPR), as a zip.

    The file lies encrypted beside the records until `expires_at`; `key_sealed` opens it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="exports")
    state = models.CharField(
        max_length=10, choices=ExportState.choices, default=ExportState.WAITING
    )
    name = models.CharField(max_length=120, blank=True, default="")
    """Name in the storage."""
    key_sealed = models.CharField(max_length=200, blank=True, default="")
    size = models.PositiveBigIntegerField(default=0)
    """Bytes of the zip."""
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    """Applications packed so far, and how many there are: for the progress page."""
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state="waiting"),
                name="accounts_export_one_waiting",
            ),
        ]
