"""Money back: asked for by one person, released by another beyond a limit, done once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.core.money import Money
from rathaus.payments import errors, events, queries
from rathaus.payments.actions import ledger, refund_book
from rathaus.payments.guards import assert_no_transaction
from rathaus.payments.models import Claim, PaymentAttempt, Refund
from rathaus.payments.models.refund import RELEASABLE_STATES
from rathaus.payments.providers.base import (
    AlreadyDone,
    OutcomeUnknown,
    Provider,
    ProviderError,
    registry,
)
from rathaus.payments.states import AttemptState, ClaimState, RefundState, move, swap

FOUR_EYES_ABOVE_CENTS = 5000
LEASE = timedelta(minutes=2)
LOOK_SOON, LOOK_SELDOM = timedelta(minutes=5), timedelta(hours=6)


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
        refund = refund_book.create(source, amount_cents, reason, actor, waive=waive)
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
        (attempt, refund_book.refundable(attempt))
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
    same key. One that failed is sent anew, with another key. The result is done, pending,
    failed or unknown.

    Raises: FourEyesRequired, ManualRefundNeeded, RefundTooLarge (the payment does not hold that
    much any more).
    """
    assert_no_transaction()
    refund.refresh_from_db()
    way = registry.get(refund.provider)
    first_try = refund.state in RELEASABLE_STATES
    if first_try:
        _four_eyes(refund, actor)
        if not way.refunds_by_api:
            raise errors.ManualRefundNeeded
    if _begin(refund, actor) and (first_try or _is_missing(refund, way, actor)):
        _send(refund, way, actor, first_try=first_try)
    return refund


def record_manual_refund(*, refund: Refund, note: str, actor: Actor) -> Refund:
    """The town has paid back by transfer or in cash.

    Raises: FourEyesRequired, RefundTooLarge (the payment does not hold that much any more).
    """
    with transaction.atomic():
        ledger.serialise(refund.claim)
        refund.refresh_from_db()
        if refund.state in RELEASABLE_STATES:
            _four_eyes(refund, actor)
            refund_book.reserve(refund)
            swap(
                refund,
                {"state": refund.state},
                failure=note[:100],
                **_released_by(refund, actor),
            )
            refund_book.done(refund, actor)
    return refund


def reject_refund(*, refund: Refund, actor: Actor) -> Refund:
    """Not released, or not tried again: the waived part of the claim is owed again.

    After a failure that holds only as far as the money still lies here: another refund may
    have given it back since.
    """
    with transaction.atomic():
        ledger.serialise(refund.claim)
        refund.refresh_from_db()
        had_failed = refund.state == RefundState.FAILED
        if refund.state in RELEASABLE_STATES and move(refund, RefundState.REJECTED):
            claim = refund.claim
            back = refund.waived_cents
            if had_failed:
                back = min(back, queries.balance(claim).overpaid_cents)
            left = claim.waived_cents - back
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
            ledger.rebalance(claim, actor=actor, stays_here=True)
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
        refund_book.note(refund, snapshot, actor)
    return refund


def _source(claim: Claim, cents: int, wanted: PaymentAttempt | None) -> PaymentAttempt:
    rows = claim.attempts.filter(state=AttemptState.CONFIRMED).order_by("-confirmed_at")
    if wanted is not None:
        rows = rows.filter(pk=wanted.pk)
    best = 0
    for attempt in rows:
        left = refund_book.refundable(attempt)
        if left >= cents:
            return attempt
        best = max(best, left)
    raise errors.RefundTooLarge(best)


def _four_eyes(refund: Refund, actor: Actor) -> None:
    """Beyond the limit a second person releases; the limit is for all refunds of a claim together.

    A job acts for whoever asked: it is nobody. Call it under the claim's lock where it counts,
    or two refunds that are released at once do not see each other.
    """
    limit = getattr(settings, "RATHAUS_REFUND_FOUR_EYES_ABOVE_CENTS", FOUR_EYES_ABOVE_CENTS)
    if _is_second(refund, actor):
        return
    if refund.amount_cents + refund_book.released_alone(refund.claim) > limit:
        raise errors.FourEyesRequired(Money(limit, refund.currency))


def _is_second(refund: Refund, actor: Actor) -> bool:
    return actor.kind == "staff" and actor.id[:64] != refund.requested_by


def _released_by(refund: Refund, actor: Actor) -> dict[str, Any]:
    return {
        "executed_by": actor.id[:64],
        "executed_label": actor.label[:150],
        "released_by_second": _is_second(refund, actor),
    }


def _begin(refund: Refund, actor: Actor) -> bool:
    """Commit "requesting" before the call; False if somebody else is at it or it is over."""
    moment = clock.now()
    seen = refund.state
    changes = {"request_at": refund.request_at or moment, "next_poll_at": moment + LEASE}
    with transaction.atomic():
        ledger.serialise(refund.claim)
        refund.refresh_from_db()
        if refund.state != seen:
            return False
        if refund.state in RELEASABLE_STATES:
            _four_eyes(refund, actor)
            refund_book.reserve(refund)
            changes |= _anew(refund) if refund.state == RefundState.FAILED else {}
            changes |= _released_by(refund, actor)
            return move(refund, RefundState.REQUESTING, **changes)
        if refund.state == RefundState.UNKNOWN:
            return move(refund, RefundState.REQUESTING, **changes)
        if refund.state == RefundState.REQUESTING and moment - refund.state_since >= LEASE:
            expected = {"state": refund.state, "state_since": refund.state_since}
            return swap(refund, expected, state_since=moment, **changes)
    return False


def _anew(refund: Refund) -> dict[str, Any]:
    """The provider refused the old key for good, and keeps what failed under its invoice id."""
    fresh = refund_book.new_request(refund.claim)
    return {**fresh, "request_at": clock.now(), "provider_reference": None, "failure": ""}


def _is_missing(refund: Refund, way: Provider, actor: Actor) -> bool:
    """Before a second try: write down what the provider has, and say whether ours is missing.

    A key older than the provider's memory would make a second refund, so look first. Where
    even the look fails nothing is known: the money may be on its way to the payer.
    """
    try:
        snapshot = way.refresh(refund.attempt)
    except ProviderError as error:
        _look_again(refund, error.code)
        return False
    with transaction.atomic():
        refund_book.reconcile(refund.attempt, snapshot, actor=actor)
    refund.refresh_from_db()
    return refund.state == RefundState.REQUESTING


def _send(refund: Refund, way: Provider, actor: Actor, *, first_try: bool) -> None:
    try:
        snapshot = way.refund(refund)
    except OutcomeUnknown as error:
        _look_again(refund, error.code)
    except AlreadyDone as error:
        # Somebody gave all of it back: who, tells a look. After the look it was not us.
        if first_try:
            _look_again(refund, error.code)
        else:
            _fail(refund, error.code, actor)
    except ProviderError as error:
        _fail(refund, error.code, actor)
    else:
        with transaction.atomic():
            refund_book.note(refund, snapshot, actor)


def _look_again(refund: Refund, code: str) -> None:
    """Nobody knows whether it went out: the amount stays spoken for. Soon, later seldom."""
    moment = clock.now()
    age = moment - (refund.request_at or moment)
    pause = min(max(LOOK_SOON, age / 4), LOOK_SELDOM)
    with transaction.atomic():
        move(refund, RefundState.UNKNOWN, failure=code, next_poll_at=moment + pause)


def _fail(refund: Refund, code: str, actor: Actor) -> None:
    with transaction.atomic():
        ledger.serialise(refund.claim)
        refund_book.failed(refund, code, actor)
