"""Raising and cancelling claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db import transaction
from stdnum.iso7064 import mod_97_10

from rathaus.core import clock, references
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.core.models import Chain
from rathaus.payments import errors, events
from rathaus.payments.actions import ledger, refunds
from rathaus.payments.fees import FeeLine, total
from rathaus.payments.models import Claim
from rathaus.payments.states import AttemptState, ClaimState, move


def create_claim(
    *,
    chain: Chain,
    lines: Sequence[FeeLine],
    purpose: str,
    policy: str,
    due_on: date | None,
    actor: Actor,
) -> Claim:
    """Write down what is owed. Nothing owed makes a claim that is paid from the start.

    `policy` is none, optional, before or after (whether payment releases the application).
    Raises: ValueError for a negative sum or an unknown policy.
    """
    amount = total(list(lines))
    if amount.cents < 0 or policy not in Claim.Policy.values:
        raise ValueError(f"no claim of {amount.cents} cents with policy {policy!r}")
    moment = clock.now()
    with transaction.atomic(savepoint=False):
        claim = Claim.objects.create(
            chain=chain,
            payment_reference=_payment_reference(),
            lines=[line.model_dump(mode="json") for line in lines],
            amount_cents=amount.cents,
            currency=amount.currency,
            purpose=purpose[:200],
            policy=policy,
            due_on=due_on,
            state=ClaimState.OPEN if amount.cents else ClaimState.PAID,
            state_since=moment,
            created_at=moment,
            touched_at=moment,
        )
        record(
            chain,
            events.ClaimCreated(
                claim_id=str(claim.public_id),
                payment_reference=claim.payment_reference,
                amount_cents=claim.amount_cents,
            ),
            actor=actor,
        )
    return claim


def cancel_claim(*, claim: Claim, reason: str, actor: Actor, refund: bool = False) -> Claim:
    """Nothing is owed any more. What was paid is asked back with `refund`, else becomes an issue.

    Payments that wait at a provider are not captured any more. Cancelling twice does nothing.
    """
    with transaction.atomic():
        ledger.serialise(claim)
        if claim.state == ClaimState.CANCELLED:
            return claim
        move(claim, ClaimState.CANCELLED)
        record(
            claim.chain,
            events.ClaimCancelled(claim_id=str(claim.public_id), reason=reason),
            actor=actor,
        )
        for attempt in claim.attempts.filter(
            state__in=[AttemptState.CREATED, AttemptState.AWAITING_PAYER]
        ):
            ledger.end(attempt, AttemptState.CANCELLED, reason="CLAIM_CANCELLED", actor=actor)
        if refund:
            refunds.request_all(claim=claim, reason=reason, actor=actor)
        ledger.rebalance(claim, actor=actor)
    return claim


def waive_claim(*, claim: Claim, reason: str, actor: Actor) -> Claim:
    """Erlass: the town gives up what is still open, for example after a rejection.

    A part that was paid becomes an issue for the cashier.
    Raises: ClaimNotPayable if it was paid or cancelled meanwhile.
    """
    with transaction.atomic():
        ledger.serialise(claim)
        if claim.state != ClaimState.OPEN:
            raise errors.ClaimNotPayable
        return cancel_claim(claim=claim, reason=reason, actor=actor)


def _payment_reference() -> str:
    """Kassenzeichen as RF creditor reference (ISO 11649): RF, two check digits, our number."""
    prefix = getattr(settings, "RATHAUS_PAYMENT_PREFIX", "WM")
    base = references.next_reference(
        "claim",
        pattern="{prefix}{year}{number:06d}",
        prefix=prefix,
        draw=references.take_number,
    )
    return f"RF{mod_97_10.calc_check_digits(base + 'RF')}{base}"
