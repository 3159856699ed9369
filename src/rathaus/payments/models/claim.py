"""Forderung: how much is owed and why."""

from __future__ import annotations

import uuid

from django.db import models

from rathaus.core.models import Chain
from rathaus.core.money import Money
from rathaus.core.quick import QuickInsert
from rathaus.payments.fees import FeeLine
from rathaus.payments.states import ClaimState


class Claim(QuickInsert):
    """Amounts are cents. Lines and amount never change; a changed fee is another claim.

    Paid means: confirmed minus refunded covers `due_cents`. `state` repeats that for
    queries and is written only by compare-and-swap.
    """

    class Policy(models.TextChoices):
        NONE = "none"
        OPTIONAL = "optional"
        BEFORE = "before"
        AFTER = "after"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="claims")
    payment_reference = models.CharField(max_length=25, unique=True)
    """Kassenzeichen: RF creditor reference, ISO 11649."""
    lines = models.JSONField(default=list)
    amount_cents = models.PositiveIntegerField()
    waived_cents = models.PositiveIntegerField(default=0)
    """Erlass or refund of a fee that was owed: lowers what is due."""
    currency = models.CharField(max_length=3, default="EUR")
    purpose = models.CharField(max_length=200)
    """For staff and the resident; never sent to a provider (it may be sensitive)."""
    policy = models.CharField(max_length=10, choices=Policy, default=Policy.BEFORE)
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=ClaimState, default=ClaimState.OPEN)
    state_since = models.DateTimeField()
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    """Written first in each transaction that moves money: the row lock that serialises them."""

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_on", "id"], name="claim_state_due"),
            models.Index(fields=["state", "created_at", "id"], name="claim_state_created"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(waived_cents__lte=models.F("amount_cents")),
                name="claim_waived_within_amount",
            ),
        ]

    def __str__(self) -> str:
        return self.payment_reference

    @property
    def amount(self) -> Money:
        """The amount as assessed."""
        return Money(self.amount_cents, self.currency)

    @property
    def due_cents(self) -> int:
        """What has to be covered: nothing once the claim is cancelled."""
        if self.state == ClaimState.CANCELLED:
            return 0
        return self.amount_cents - self.waived_cents

    @property
    def fee_lines(self) -> list[FeeLine]:
        """The positions, parsed."""
        return [FeeLine.model_validate(line) for line in self.lines]
