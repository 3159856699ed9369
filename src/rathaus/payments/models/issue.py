"""What the cashier has to look at."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from rathaus.payments.models.attempt import PaymentAttempt
from rathaus.payments.models.claim import Claim
from rathaus.payments.states import IssueState


class PaymentIssue(models.Model):
    """A work item. One row per claim, kind and `key`: noticing it twice makes no second one."""

    class Kind(models.TextChoices):
        OVERPAID = "overpaid", _("Überzahlung")
        MISMATCH = "mismatch", _("Angaben des Zahlungsdienstes weichen ab")
        DUPLICATE = "duplicate", _("Zahlung für eine erledigte Forderung")
        EXTERNAL_REFUND = "external_refund", _("Erstattung außerhalb des Systems")
        REVERSED = "reversed", _("Rückbuchung")
        UNKNOWN = "unknown", _("Ausgang unklar")
        REFUND_FAILED = "refund_failed", _("Erstattung fehlgeschlagen")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="issues")
    attempt = models.ForeignKey(
        PaymentAttempt, on_delete=models.PROTECT, related_name="issues", null=True, blank=True
    )
    kind = models.CharField(max_length=20, choices=Kind)
    key = models.CharField(max_length=120, blank=True)
    amount_cents = models.IntegerField(default=0)
    text = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=IssueState, default=IssueState.OPEN)
    state_since = models.DateTimeField()
    resolved_by = models.CharField(max_length=64, blank=True)
    resolution = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["state", "created_at", "id"], name="issue_state_created")]
        constraints = [
            models.UniqueConstraint(fields=["claim", "kind", "key"], name="issue_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.claim}"
