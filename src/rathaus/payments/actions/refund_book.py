"""The bookkeeping shared by all refunds: write down, reserve, note what the provider says.

Everything here runs inside the caller's transaction.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db.models import Max, Sum

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.payments import errors, events
from rathaus.payments.actions import ledger
from rathaus.payments.models import Claim, PaymentAttempt, PaymentIssue, Refund
from rathaus.payments.models.refund import RELEASED_STATES, RESERVED_STATES
from rathaus.payments.providers.base import RefundSnapshot, RefundStatus, Snapshot
from rathaus.payments.states import REFUND, RefundState, move, swap

_FROM_STATUS = {
    RefundStatus.DONE: RefundState.DONE,
    RefundStatus.PENDING: RefundState.PENDING,
    RefundStatus.FAILED: RefundState.FAILED,
}


def refundable(attempt: PaymentAttempt) -> int:
    """Cents of a confirmed attempt that are neither refunded nor spoken for."""
    reserved = attempt.refunds.filter(state__in=RESERVED_STATES).aggregate(
        cents=Sum("amount_cents", default=0)
    )
    return int(attempt.received_cents - reserved["cents"])


def reserve(refund: Refund) -> None:
    """Make sure the payment still holds what this refund gives back; call it under the lock.

    A failed refund has lost its hold on the amount: another one may have taken its place.
    Raises: RefundTooLarge.
    """
    held = refund.amount_cents if refund.state in RESERVED_STATES else 0
    left = refundable(refund.attempt) + held
    if left < refund.amount_cents:
        raise errors.RefundTooLarge(max(0, left))


def released_alone(claim: Claim) -> int:
    """Cents that went back on the word of one person, or of nobody here; not what payers took."""
    sent = claim.refunds.filter(state__in=RELEASED_STATES, released_by_second=False)
    alone = sent.exclude(origin=Refund.Origin.REVERSAL).aggregate(
        cents=Sum("amount_cents", default=0)
    )
    return int(alone["cents"])


def new_request(claim: Claim) -> dict[str, Any]:
    """Number and key of a call that the provider has not seen; the number makes the invoice id."""
    last = claim.refunds.aggregate(number=Max("number"))["number"]
    return {"number": (last or 0) + 1, "request_id": str(uuid.uuid4())}


def create(
    source: PaymentAttempt,
    cents: int,
    reason: str,
    actor: Actor,
    *,
    waive: int = 0,
    origin: Refund.Origin = Refund.Origin.TOWN,
    reference: str | None = None,
) -> Refund:
    """A refund as asked for; the amount is spoken for from now on."""
    moment = clock.now()
    return Refund.objects.create(
        claim=source.claim,
        attempt=source,
        provider=source.provider,
        provider_reference=reference,
        origin=origin,
        amount_cents=cents,
        waived_cents=waive,
        currency=source.currency,
        reason=reason[:300],
        state_since=moment,
        requested_by=actor.id[:64],
        requested_label=actor.label[:150],
        created_at=moment,
        **new_request(source.claim),
    )


def note(refund: Refund, snapshot: RefundSnapshot, actor: Actor) -> None:
    """Write down what the provider says about a refund of ours."""
    ledger.serialise(refund.claim)
    refund.refresh_from_db()
    target = _FROM_STATUS[snapshot.status]
    if target not in REFUND[refund.state]:
        return
    if refund.provider_reference is None:
        swap(refund, {"provider_reference": None}, provider_reference=snapshot.reference)
    if target == RefundState.DONE:
        done(refund, actor)
    elif target == RefundState.PENDING:
        move(refund, target, next_poll_at=clock.now() + timedelta(hours=1))
    else:
        failed(refund, snapshot.reason or "FAILED", actor)


def done(refund: Refund, actor: Actor) -> None:
    """The money is back with the payer."""
    moment = clock.now()
    if not move(refund, RefundState.DONE, done_at=moment, next_poll_at=None):
        return
    record(
        refund.claim.chain,
        events.RefundDone(
            claim_id=str(refund.claim.public_id),
            refund_id=str(refund.public_id),
            amount_cents=refund.amount_cents,
            origin=refund.origin,
        ),
        actor=actor,
    )
    ledger.rebalance(refund.claim, actor=actor)


def failed(refund: Refund, code: str, actor: Actor) -> None:
    """The money certainly stayed here: it lies there for the cashier."""
    if not move(refund, RefundState.FAILED, failure=code[:100], next_poll_at=None):
        return
    claim = refund.claim
    record(
        claim.chain,
        events.RefundFailed(
            claim_id=str(claim.public_id), refund_id=str(refund.public_id), failure=code[:100]
        ),
        actor=actor,
    )
    ledger.raise_issue(
        claim,
        PaymentIssue.Kind.REFUND_FAILED,
        key=str(refund.public_id),
        text="Die Erstattung ist fehlgeschlagen. Bitte auf anderem Weg erstatten.",
        attempt=refund.attempt,
        amount_cents=refund.amount_cents,
        actor=actor,
        again=True,
    )
    ledger.rebalance(claim, actor=actor, stays_here=True)


def reconcile(
    attempt: PaymentAttempt, snapshot: Snapshot, *, actor: Actor, reversal: bool = False
) -> None:
    """Match the refunds the provider knows with ours; the rest was made elsewhere."""
    for item in snapshot.refunds:
        ours = _match(attempt, item)
        if ours is not None:
            note(ours, item, actor)
        elif item.status == RefundStatus.DONE:
            _foreign(attempt, item.reference, item.amount_cents, reversal, actor)
    if snapshot.reversed:
        left = refundable(attempt)
        if left:
            _foreign(attempt, f"reversal-{attempt.capture_reference}", left, True, actor)


def _match(attempt: PaymentAttempt, item: RefundSnapshot) -> Refund | None:
    for refund in attempt.refunds.all():
        if refund.provider_reference == item.reference:
            return refund
        if refund.provider_reference is None and refund.invoice_id == item.invoice_id:
            return refund
    return None


def _foreign(
    attempt: PaymentAttempt, reference: str, cents: int, reversal: bool, actor: Actor
) -> None:
    """Money went back without our doing; a person has to know."""
    ledger.serialise(attempt.claim)
    if Refund.objects.filter(provider=attempt.provider, provider_reference=reference).exists():
        return
    origin = Refund.Origin.REVERSAL if reversal else Refund.Origin.EXTERNAL
    kind = PaymentIssue.Kind.REVERSED if reversal else PaymentIssue.Kind.EXTERNAL_REFUND
    text = (
        "Die zahlende Person hat das Geld zurückgeholt."
        if reversal
        else "Beim Zahlungsdienst wurde außerhalb dieses Systems erstattet."
    )
    refund = create(attempt, cents, text, actor, origin=origin, reference=reference)
    ledger.raise_issue(
        attempt.claim,
        kind,
        key=reference,
        text=text,
        attempt=attempt,
        amount_cents=cents,
        actor=actor,
    )
    done(refund, actor)
