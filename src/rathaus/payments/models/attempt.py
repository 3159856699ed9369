"""Zahlungsversuch: one try to pay a claim, or money that came in for it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from rathaus.core.money import Money
from rathaus.core.quick import QuickInsert
from rathaus.payments import reasons
from rathaus.payments.models.claim import Claim
from rathaus.payments.states import AttemptState


class PaymentAttempt(QuickInsert):
    """`amount_cents` is asked for, `received_cents` arrived: they may differ.

    Request ids are stored before the call they protect and die only when the provider
    has definitely refused that call.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    """Unguessable; carried by return addresses and as PayPal's custom_id."""
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    """Counts per claim, so that invoice ids at the provider never repeat."""
    provider = models.CharField(max_length=30)
    provider_reference = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001
    """The provider's id: PayPal order, bank entry. NULL until known: it is unique."""
    capture_reference = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001
    state = models.CharField(max_length=20, choices=AttemptState, default=AttemptState.CREATED)
    state_since = models.DateTimeField()
    reason = models.CharField(max_length=100, blank=True)
    """Machine word for the last refusal or delay, e.g. INSTRUMENT_DECLINED."""
    amount_cents = models.PositiveIntegerField()
    received_cents = models.PositiveIntegerField(default=0)
    provider_fee_cents = models.PositiveIntegerField(default=0)
    """Kept apart from the amount (gross principle)."""
    currency = models.CharField(max_length=3, default="EUR")
    redirect_url = models.CharField(max_length=2000, blank=True)
    return_url = models.CharField(max_length=2000, blank=True)
    cancel_url = models.CharField(max_length=2000, blank=True)
    start_request_id = models.CharField(max_length=108, blank=True)
    start_request_at = models.DateTimeField(null=True, blank=True)
    capture_request_id = models.CharField(max_length=108, blank=True)
    capture_request_at = models.DateTimeField(null=True, blank=True)
    next_poll_at = models.DateTimeField(null=True, blank=True)
    """When the poller asks again; empty: nothing to ask."""
    confirmed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["next_poll_at", "id"], name="attempt_poll"),
            models.Index(fields=["confirmed_at", "id"], name="attempt_confirmed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_reference"], name="attempt_provider_reference"
            ),
            models.UniqueConstraint(
                fields=["provider", "capture_reference"], name="attempt_capture_reference"
            ),
            models.UniqueConstraint(fields=["claim", "number"], name="attempt_number"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.public_id}"

    @property
    def amount(self) -> Money:
        """What is asked for."""
        return Money(self.amount_cents, self.currency)

    @property
    def reason_text(self) -> str:
        """`reason` in words for people."""
        return reasons.text_of(self.reason)

    @property
    def invoice_id(self) -> str:
        """Kassenzeichen, made unique per attempt: PayPal may refuse a repeated one (F23)."""
        reference = self.claim.payment_reference
        return reference if self.number == 1 else f"{reference}-{self.number}"

    @property
    def is_open(self) -> bool:
        """Something may still happen to it."""
        return self.state in OPEN_STATES


OPEN_STATES = (
    AttemptState.CREATED,
    AttemptState.STARTING,
    AttemptState.AWAITING_PAYER,
    AttemptState.APPROVED,
    AttemptState.CAPTURING,
    AttemptState.PENDING,
    AttemptState.UNKNOWN,
)


class CounterReceipt(models.Model):
    """Quittung of a payment at the counter."""

    class Method(models.TextChoices):
        CASH = "cash", _("bar")
        CARD = "card", _("Karte (EC)")

    number = models.CharField(max_length=30, unique=True)
    attempt = models.OneToOneField(
        PaymentAttempt, on_delete=models.PROTECT, related_name="counter_receipt"
    )
    method = models.CharField(max_length=10, choices=Method)
    staff_id = models.CharField(max_length=64)
    staff_label = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number
