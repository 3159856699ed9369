"""Money back: asked for by one person, released by another above a limit, done once."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.payments import errors, events, queries
from rathaus.payments.actions import ledger
from rathaus.payments.guards import assert_no_transaction
from rathaus.payments.models import Claim, PaymentAttempt, PaymentIssue, Refund
from rathaus.payments.models.refund import RESERVED_STATES
from rathaus.payments.providers.base import (
    OutcomeUnknown,
    ProviderError,
    RefundSnapshot,
    RefundStatus,
    Snapshot,
    registry,
)
from rathaus.payments.states import REFUND, AttemptState, ClaimState, RefundState, move, swap

FOUR_EYES_ABOVE_CENTS = 5000
LEASE = timedelta(minutes=2)
_FROM_STATUS = {
    RefundStatus.DONE: RefundState.DONE,
    RefundStatus.PENDING: RefundState.PENDING,
    RefundStatus.FAILED: RefundState.FAILED,
}


def request_refund(
    *,
    claim: Claim,
    amount_cents: int,
    reason: str,
    actor: Actor,
    attempt: PaymentAttempt | None = None,
) -> Refund:
    """Reserve an amount for refunding. What was owed is waived as far as it goes back.

    Raises: AmountWrong, RefundTooLarge (no single payment has that much left).
    """
    if amount_cents <= 0:
        raise errors.AmountWrong
    with transaction.atomic():
        ledger.serialise(claim)
        source = _source(claim, amount_cents, attempt)
        waive = 0
        if claim.state != ClaimState.CANCELLED:
            waive = min(
                max(0, amount_cents - queries.balance(claim).overpaid_cents), claim.due_cents
            )
        refund = _new(source, amount_cents, reason, actor, waive=waive)
        if waive:
            swap(
                claim,
                {"waived_cents": claim.waived_cents},
                waived_cents=claim.waived_cents + waive,
            )
            record(
                claim.chain,
                events.ClaimReduced(
                    claim_id=str(claim.public_id), waived_cents=waive, reason=reason
                ),
                actor=actor,
            )
        record(
            claim.chain,
            events.RefundRequested(
                claim_id=str(claim.public_id),
                refund_id=str(refund.public_id),
                amount_cents=amount_cents,
                reason=reason,
            ),
            actor=actor,
        )
        ledger.rebalance(claim, actor=actor)
    return refund


def request_all(*, claim: Claim, reason: str, actor: Actor) -> list[Refund]:
    """One refund for each payment that still has money here. For claims that fell away."""
    wanted = [
        (attempt, refundable(attempt))
        for attempt in claim.attempts.filter(state=AttemptState.CONFIRMED).order_by("number")
    ]
    return [
        request_refund(claim=claim, amount_cents=cents, reason=reason, actor=actor, attempt=attempt)
        for attempt, cents in wanted
        if cents > 0
    ]


def execute_refund(*, refund: Refund, actor: Actor) -> Refund:
    """Release a refund and send it to the provider; a double click sends it once.

    Also goes on with one whose outcome is unknown: it looks first and repeats with the
    same key. The result is done, pending, failed or unknown.

    Raises: FourEyesRequired, ManualRefundNeeded.
    """
    assert_no_transaction()
    refund.refresh_from_db()
    way = registry.get(refund.provider)
    if refund.state == RefundState.CREATED:
        _four_eyes(refund, actor)
        if not way.refunds_by_api:
            raise errors.ManualRefundNeeded
    first_try = refund.state == RefundState.CREATED
    if not _begin(refund, actor):
        return refund
    try:
        snapshot = (None if first_try else _seen_before(refund)) or way.refund(refund)
    except OutcomeUnknown as error:
        with transaction.atomic():
            later = clock.now() + timedelta(minutes=5)
            move(refund, RefundState.UNKNOWN, failure=error.code, next_poll_at=later)
        return refund
    except ProviderError as error:
        _fail(refund, error.code, actor)
        return refund
    with transaction.atomic():
        _note(refund, snapshot, actor)
    return refund


def record_manual_refund(*, refund: Refund, note: str, actor: Actor) -> Refund:
    """The town has paid back by transfer or in cash. Raises: FourEyesRequired."""
    _four_eyes(refund, actor)
    with transaction.atomic():
        ledger.serialise(refund.claim)
        refund.refresh_from_db()
        if refund.state in (RefundState.CREATED, RefundState.FAILED):
            refund.executed_by, refund.executed_label = actor.id, actor.label
            refund.failure = note[:100]
            refund.save(update_fields=["executed_by", "executed_label", "failure"])
            _done(refund, actor)
    return refund


def reject_refund(*, refund: Refund, actor: Actor) -> Refund:
    """Not released: the waived part of the claim is owed again."""
    with transaction.atomic():
        ledger.serialise(refund.claim)
        refund.refresh_from_db()
        if refund.state == RefundState.CREATED and move(refund, RefundState.REJECTED):
            claim = refund.claim
            left = claim.waived_cents - refund.waived_cents
            swap(claim, {"waived_cents": claim.waived_cents}, waived_cents=left)
            record(
                claim.chain,
                events.RefundFailed(
                    claim_id=str(claim.public_id),
                    refund_id=str(refund.public_id),
                    failure="REJECTED",
                ),
                actor=actor,
            )
            ledger.rebalance(claim, actor=actor)
    return refund


def refresh_refund(refund: Refund, *, actor: Actor) -> Refund:
    """Ask the provider what became of a pending refund; used by the poller."""
    if refund.state != RefundState.PENDING:
        return execute_refund(refund=refund, actor=actor)
    assert_no_transaction()
    try:
        snapshot = registry.get(refund.provider).refresh_refund(refund)
    except ProviderError:
        return refund
    with transaction.atomic():
        _note(refund, snapshot, actor)
    return refund


def reconcile(
    attempt: PaymentAttempt, snapshot: Snapshot, *, actor: Actor, reversal: bool = False
) -> None:
    """Match the refunds the provider knows with ours; the rest was made elsewhere."""
    for item in snapshot.refunds:
        ours = _match(attempt, item)
        if ours is not None:
            _note(ours, item, actor)
        elif item.status == RefundStatus.DONE:
            _foreign(attempt, item.reference, item.amount_cents, reversal, actor)
    if snapshot.reversed:
        left = refundable(attempt)
        if left:
            _foreign(attempt, f"reversal-{attempt.capture_reference}", left, True, actor)


def refundable(attempt: PaymentAttempt) -> int:
    """Cents of a confirmed attempt that are neither refunded nor spoken for."""
    reserved = attempt.refunds.filter(state__in=RESERVED_STATES).aggregate(
        cents=Sum("amount_cents", default=0)
    )
    return int(attempt.received_cents - reserved["cents"])


def _source(claim: Claim, cents: int, wanted: PaymentAttempt | None) -> PaymentAttempt:
    rows = claim.attempts.filter(state=AttemptState.CONFIRMED).order_by("-confirmed_at")
    if wanted is not None:
        rows = rows.filter(pk=wanted.pk)
    best = 0
    for attempt in rows:
        left = refundable(attempt)
        if left >= cents:
            return attempt
        best = max(best, left)
    raise errors.RefundTooLarge(best)


def _new(
    source: PaymentAttempt,
    cents: int,
    reason: str,
    actor: Actor,
    *,
    waive: int = 0,
    origin: Refund.Origin = Refund.Origin.TOWN,
    reference: str | None = None,
) -> Refund:
    moment = clock.now()
    last = Refund.objects.filter(claim=source.claim).aggregate(number=Max("number"))["number"]
    return Refund.objects.create(
        claim=source.claim,
        attempt=source,
        number=(last or 0) + 1,
        provider=source.provider,
        provider_reference=reference,
        origin=origin,
        amount_cents=cents,
        waived_cents=waive,
        currency=source.currency,
        reason=reason[:300],
        state_since=moment,
        request_id=str(uuid.uuid4()),
        requested_by=actor.id[:64],
        requested_label=actor.label[:150],
        created_at=moment,
    )


def _four_eyes(refund: Refund, actor: Actor) -> None:
    """Above the limit a second person releases. A job acts for whoever asked: it is nobody."""
    limit = getattr(settings, "RATHAUS_REFUND_FOUR_EYES_ABOVE_CENTS", FOUR_EYES_ABOVE_CENTS)
    if refund.amount_cents <= limit:
        return
    if actor.kind != "staff" or actor.id[:64] == refund.requested_by:
        raise errors.FourEyesRequired


def _begin(refund: Refund, actor: Actor) -> bool:
    """Commit "requesting" before the call; False if somebody else is at it or it is over."""
    moment = clock.now()
    changes = {"request_at": refund.request_at or moment, "next_poll_at": moment + LEASE}
    with transaction.atomic():
        if refund.state == RefundState.CREATED:
            return move(
                refund,
                RefundState.REQUESTING,
                executed_by=actor.id[:64],
                executed_label=actor.label[:150],
                **changes,
            )
        if refund.state == RefundState.UNKNOWN:
            return move(refund, RefundState.REQUESTING, **changes)
        if refund.state == RefundState.REQUESTING and moment - refund.state_since >= LEASE:
            expected = {"state": refund.state, "state_since": refund.state_since}
            return swap(refund, expected, state_since=moment, **changes)
    return False


def _seen_before(refund: Refund) -> RefundSnapshot | None:
    """For a second try: the refund as the provider already has it, found by its invoice id.

    A key older than the provider's memory would make a second refund, so look first.
    """
    snapshot = registry.get(refund.provider).refresh(refund.attempt)
    for item in snapshot.refunds:
        if item.invoice_id == refund.invoice_id or item.reference == refund.provider_reference:
            return item
    return None


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
    refund = _new(attempt, cents, text, actor, origin=origin, reference=reference)
    ledger.raise_issue(
        attempt.claim,
        kind,
        key=reference,
        text=text,
        attempt=attempt,
        amount_cents=cents,
        actor=actor,
    )
    _done(refund, actor)


def _note(refund: Refund, snapshot: RefundSnapshot, actor: Actor) -> None:
    ledger.serialise(refund.claim)
    refund.refresh_from_db()
    target = _FROM_STATUS[snapshot.status]
    if target not in REFUND[refund.state]:
        return
    if refund.provider_reference is None:
        swap(refund, {"provider_reference": None}, provider_reference=snapshot.reference)
    if target == RefundState.DONE:
        _done(refund, actor)
    elif target == RefundState.PENDING:
        move(refund, target, next_poll_at=clock.now() + timedelta(hours=1))
    else:
        _failed(refund, snapshot.reason or "FAILED", actor)


def _done(refund: Refund, actor: Actor) -> None:
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


def _fail(refund: Refund, code: str, actor: Actor) -> None:
    with transaction.atomic():
        ledger.serialise(refund.claim)
        _failed(refund, code, actor)


def _failed(refund: Refund, code: str, actor: Actor) -> None:
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
    )
    ledger.rebalance(claim, actor=actor)
