"""Erstattung: money back to the payer."""

from __future__ import annotations

import uuid

from django.db import models

from rathaus.core.money import Money
from rathaus.payments.models.attempt import PaymentAttempt
from rathaus.payments.models.claim import Claim
from rathaus.payments.states import RefundState


class Refund(models.Model):
    """One refund of one confirmed attempt. The idempotency key is stored before the call."""

    class Origin(models.TextChoices):
        TOWN = "town", "Stadt"
        EXTERNAL = "external", "beim Zahlungsdienst ausgelöst"
        REVERSAL = "reversal", "Rückbuchung"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="refunds")
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="refunds")
    number = models.PositiveSmallIntegerField()
    provider = models.CharField(max_length=30)
    provider_reference = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.TOWN)
    amount_cents = models.PositiveIntegerField()
    waived_cents = models.PositiveIntegerField(default=0)
    """How much of the claim was waived for this refund; comes back if it is rejected."""
    currency = models.CharField(max_length=3, default="EUR")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=12, choices=RefundState, default=RefundState.CREATED)
    state_since = models.DateTimeField()
    failure = models.CharField(max_length=100, blank=True)
    request_id = models.CharField(max_length=108)
    request_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.CharField(max_length=64, blank=True)
    requested_label = models.CharField(max_length=150, blank=True)
    executed_by = models.CharField(max_length=64, blank=True)
    executed_label = models.CharField(max_length=150, blank=True)
    released_by_second = models.BooleanField(default=False)
    """Somebody else of the staff released it than asked for it: it uses up nothing of what one
    claim may be given back without that."""
    next_poll_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "created_at", "id"], name="refund_state_created"),
            models.Index(fields=["next_poll_at", "id"], name="refund_poll"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_reference"], name="refund_provider_reference"
            ),
            models.UniqueConstraint(fields=["claim", "number"], name="refund_number"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.public_id}"

    @property
    def amount(self) -> Money:
        """What goes back."""
        return Money(self.amount_cents, self.currency)

    @property
    def invoice_id(self) -> str:
        """Another one for each refund, else PayPal takes two partial ones for a double."""
        return f"{self.claim.payment_reference}-E{self.number}"


RESERVED_STATES = (
    RefundState.CREATED,
    RefundState.REQUESTING,
    RefundState.PENDING,
    RefundState.DONE,
    RefundState.UNKNOWN,
)
"""States in which the amount is spoken for and may not be refunded a second time."""
RELEASED_STATES = tuple(state for state in RESERVED_STATES if state != RefundState.CREATED)
"""States of a refund that was sent, whether or not it has arrived."""
RELEASABLE_STATES = (RefundState.CREATED, RefundState.FAILED)
"""States in which no money is under way: a person pays it out, notes it, or rejects it."""
WAITING_STATES = (*RELEASABLE_STATES, RefundState.UNKNOWN)
"""States in which a person has to do something; the number beside them counts these."""
