"""Webhooks as received: a trigger to look, never a proof of payment."""

from __future__ import annotations

from django.db import models


class ProviderNotification(models.Model):
    """The raw body, stored before anything is decided about it. Also the replay table."""

    class Verdict(models.TextChoices):
        NEW = "new"
        ACCEPTED = "accepted"
        FORGED = "forged"
        UNRELATED = "unrelated"

    provider = models.CharField(max_length=30)
    transmission_id = models.CharField(max_length=100)
    body_sha256 = models.CharField(max_length=64)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.NEW)
    reason = models.CharField(max_length=100, blank=True)
    event_type = models.CharField(max_length=80, blank=True)
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "transmission_id", "body_sha256"], name="notification_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.transmission_id}"
