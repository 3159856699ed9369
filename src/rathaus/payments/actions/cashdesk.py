"""Money that people report: at the counter, on the bank account; and issues they settle."""

from __future__ import annotations

import uuid

from django.db import transaction

from rathaus.core import clock, references
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.core.money import Money
from rathaus.payments import errors, events, queries
from rathaus.payments.actions import ledger
from rathaus.payments.models import Claim, CounterReceipt, PaymentAttempt, PaymentIssue
from rathaus.payments.states import AttemptState, IssueState, move


def record_counter_payment(
    *, claim: Claim, amount: Money, method: str, staff: Actor, seen_cents: int | None = None
) -> CounterReceipt:
    """Cash or card at the counter, with a numbered receipt.

    `seen_cents` is what was open when the cashier saw the page: the second of two clicks sends
    the same again, and books nothing.

    Raises: AmountWrong (zero, more than is open, other currency), ClaimNotPayable,
    OpenAmountChanged.
    """
    if method not in CounterReceipt.Method.values:
        raise ValueError(f"unknown method {method!r}")
    with transaction.atomic():
        ledger.serialise(claim)
        open_cents = queries.balance(claim).open_cents
        if seen_cents not in (None, open_cents):
            came = queries.confirmed_attempts(claim)
            still_open = Money(open_cents, claim.currency)
            raise errors.OpenAmountChanged(came[-1] if came else None, still_open)
        if not open_cents:
            raise errors.ClaimNotPayable
        if not 0 < amount.cents <= open_cents or amount.currency != claim.currency:
            raise errors.AmountWrong
        number = references.next_reference(
            "counter-receipt", pattern="{prefix}-{year}-{number:05d}", prefix="Q"
        )
        attempt = _received(claim, "counter", amount, reference=number)
        receipt = CounterReceipt.objects.create(
            number=number,
            attempt=attempt,
            method=method,
            staff_id=staff.id[:64],
            staff_label=staff.label[:150],
            created_at=clock.now(),
        )
        ledger.confirm(attempt, received_cents=amount.cents, actor=staff)
        claim.refresh_from_db()
    return receipt


def record_incoming_transfer(
    *, claim: Claim, amount: Money, bank_reference: str, actor: Actor
) -> PaymentAttempt:
    """A credit on the town's account. `bank_reference` names the entry: booking it twice
    books it once. Any amount is taken, money is a fact.

    Raises: AmountWrong (zero, negative, other currency), ValueError without a reference.
    """
    if amount.cents <= 0 or amount.currency != claim.currency:
        raise errors.AmountWrong
    if not bank_reference or len(bank_reference) > 64:
        raise ValueError("bank_reference needs 1 to 64 characters")
    with transaction.atomic():
        ledger.serialise(claim)
        known = PaymentAttempt.objects.filter(
            provider="transfer", provider_reference=bank_reference
        ).first()
        if known is not None:
            return known
        waiting = claim.attempts.filter(
            provider="transfer",
            state=AttemptState.AWAITING_PAYER,
            provider_reference=None,
            amount_cents=amount.cents,
        ).first()
        if waiting is not None:
            waiting.provider_reference = bank_reference
            waiting.save(update_fields=["provider_reference"])
            attempt = waiting
        else:
            attempt = _received(claim, "transfer", amount, reference=bank_reference)
        ledger.confirm(attempt, received_cents=amount.cents, actor=actor)
        claim.refresh_from_db()
    return attempt


def resolve_issue(*, issue: PaymentIssue, resolution: str, actor: Actor) -> bool:
    """Note what was done about an issue; False if it was settled already."""
    with transaction.atomic():
        issue.refresh_from_db()
        if issue.state != IssueState.OPEN:
            return False
        if not move(
            issue, IssueState.RESOLVED, resolution=resolution[:300], resolved_by=actor.id[:64]
        ):
            return False
        record(
            issue.claim.chain,
            events.PaymentIssueResolved(
                claim_id=str(issue.claim.public_id), kind=issue.kind, resolution=resolution
            ),
            actor=actor,
        )
    return True


def _received(claim: Claim, provider: str, amount: Money, *, reference: str) -> PaymentAttempt:
    moment = clock.now()
    last = claim.attempts.order_by("-number").values_list("number", flat=True).first()
    return PaymentAttempt.objects.create(
        public_id=uuid.uuid4(),
        claim=claim,
        number=(last or 0) + 1,
        provider=provider,
        provider_reference=reference,
        amount_cents=amount.cents,
        currency=amount.currency,
        state=AttemptState.CREATED,
        state_since=moment,
        created_at=moment,
    )
