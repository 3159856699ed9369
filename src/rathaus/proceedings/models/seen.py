"""What an account has read in its mailbox."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rathaus.proceedings.models.dialogue import Message


class Seen(models.Model):
    """A document or a message that somebody has read; without a row it is new to them.

    Kept per account: what one person of a company has read is still new to the other.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    document = models.ForeignKey(
        "records.Document", null=True, on_delete=models.CASCADE, related_name="+"
    )
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "document"],
                condition=Q(document__isnull=False),
                name="seen_document_once",
            ),
            models.UniqueConstraint(
                fields=["account", "message"],
                condition=Q(message__isnull=False),
                name="seen_message_once",
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=False, message__isnull=True)
                | Q(document__isnull=True, message__isnull=False),
                name="seen_one_thing",
            ),
        ]
