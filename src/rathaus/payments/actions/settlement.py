"""Finding out what became of an attempt, and collecting the money once it is approved.

Return page, webhook and poller all call `settle`. None of them is believed: the provider
is asked again, and compare-and-swap lets one of them capture.
"""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from django.db import transaction

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.payments import events, queries
from rathaus.payments.actions import attempts, ledger, refund_book
from rathaus.payments.guards import assert_no_transaction
from rathaus.payments.models import PaymentAttempt, PaymentIssue
from rathaus.payments.providers.base import (
    AlreadyDone,
    NotFound,
    NotReached,
    OutcomeUnknown,
    PayerMustAct,
    Provider,
    ProviderError,
    Snapshot,
    Status,
    registry,
)
from rathaus.payments.states import ATTEMPT, AttemptState, ClaimState, move, swap

logger = logging.getLogger(__name__)

CAPTURE_LEASE = timedelta(minutes=2)
"""After that the process that was capturing is taken for dead."""
_ENDED = (AttemptState.FAILED, AttemptState.CANCELLED, AttemptState.EXPIRED)


def settle(
    attempt: PaymentAttempt,
    *,
    actor: Actor | None = None,
    recheck: bool = False,
    reversal: bool = False,
    patient: bool = True,
) -> PaymentAttempt:
    """Ask the provider and write down what is true. Calling it again changes nothing.

    `recheck` asks even about a confirmed attempt (refunds made elsewhere); `reversal` says
    that money which went back was taken back by the payer. Returns the attempt, re-read.
    Raises: ProviderError if the provider is out of reach, and only unless `patient`.
    """
    assert_no_transaction()
    attempt.refresh_from_db()
    way = registry.get(attempt.provider)
    who = actor or Actor.provider(attempt.provider, str(way.public_name))
    if not way.remote or attempt.state == AttemptState.CREATED:
        return attempt
    if attempt.state == AttemptState.CONFIRMED and not recheck:
        return attempt
    if not attempt.provider_reference:
        return attempts.resume(attempt, way, actor=who)
    try:
        snapshot = way.refresh(attempt)
    except NotFound:
        _end(attempt, AttemptState.EXPIRED, "RESOURCE_NOT_FOUND", who)
        return attempt
    except ProviderError as error:
        logger.warning("payment %s cannot be read: %s", attempt.public_id, error)
        if not patient:
            raise
        return attempt
    if snapshot.status == Status.APPROVED and not _wrong(attempt, snapshot):
        _capture(attempt, way, who)
    else:
        _apply(attempt, snapshot, who, reversal=reversal)
    return attempt


def _capture(attempt: PaymentAttempt, way: Provider, actor: Actor) -> None:
    if not _begin_capture(attempt, actor):
        return
    try:
        snapshot = way.capture(attempt)
    except AlreadyDone:
        _read_again(attempt, way, actor)
    except PayerMustAct as error:
        _back_to_payer(attempt, error.code)
    except NotFound as error:
        _end(attempt, AttemptState.EXPIRED, error.code, actor)
    except NotReached as error:
        _move(attempt, AttemptState.APPROVED, error.code)
    except OutcomeUnknown as error:
        _move(attempt, AttemptState.UNKNOWN, error.code)
    except ProviderError as error:
        _end(attempt, AttemptState.FAILED, error.code, actor)
    else:
        _apply(attempt, snapshot, actor, captured=True)


def _begin_capture(attempt: PaymentAttempt, actor: Actor) -> bool:
    """Win the right to capture and commit that fact; False if there is nothing to capture."""
    moment = clock.now()
    with transaction.atomic():
        claim = attempt.claim
        ledger.serialise(claim)
        attempt.refresh_from_db()
        if attempt.state in (AttemptState.CONFIRMED, AttemptState.PENDING):
            return False
        if attempt.state == AttemptState.CAPTURING and moment - attempt.state_since < CAPTURE_LEASE:
            return False
        if claim.state == ClaimState.CANCELLED or queries.balance(claim).is_paid:
            # Not captured means not charged: better than paying back.
            ledger.end(attempt, AttemptState.CANCELLED, reason="CLAIM_COVERED", actor=actor)
            return False
        if attempt.state not in (AttemptState.APPROVED, AttemptState.CAPTURING):
            move(attempt, AttemptState.APPROVED, next_poll_at=moment + timedelta(minutes=1))
        if _another_may_pay(attempt):
            return False
        return _lease(attempt)


def _lease(attempt: PaymentAttempt) -> bool:
    """Write down "capturing" with its request id. Runs in the transaction of `_begin_capture`.

    The provider just said "approved", so a key it has forgotten did no harm (F7).
    """
    moment = clock.now()
    old = attempt.capture_request_at
    if not attempt.capture_request_id or old is None or moment - old > attempts.KEY_LIFE:
        key, key_at = str(uuid.uuid4()), moment
    else:
        key, key_at = attempt.capture_request_id, old
    changes = {
        "capture_request_id": key,
        "capture_request_at": key_at,
        "next_poll_at": moment + CAPTURE_LEASE,
        "reason": "",
    }
    if attempt.state == AttemptState.CAPTURING:
        expected = {"state": AttemptState.CAPTURING, "state_since": attempt.state_since}
        return swap(attempt, expected, state_since=moment, **changes)
    return move(attempt, AttemptState.CAPTURING, **changes)


def _another_may_pay(attempt: PaymentAttempt) -> bool:
    """Whether another attempt of the claim has money under way: wait for its outcome."""
    busy = (AttemptState.CAPTURING, AttemptState.PENDING)
    others = attempt.claim.attempts.exclude(pk=attempt.pk)
    unclear = others.filter(state=AttemptState.UNKNOWN).exclude(capture_request_id="")
    return others.filter(state__in=busy).exists() or unclear.exists()


def _read_again(attempt: PaymentAttempt, way: Provider, actor: Actor) -> None:
    try:
        snapshot = way.refresh(attempt)
    except ProviderError as error:
        _move(attempt, AttemptState.UNKNOWN, error.code)
    else:
        _apply(attempt, snapshot, actor, captured=True)


def _apply(
    attempt: PaymentAttempt,
    snapshot: Snapshot,
    actor: Actor,
    *,
    captured: bool = False,
    reversal: bool = False,
) -> None:
    """Write down what the provider says. `captured`: just after we tried to collect."""
    with transaction.atomic():
        wrong = _wrong(attempt, snapshot)
        if wrong:
            _mismatch(attempt, snapshot, wrong, actor)
            if wrong != "amount" or snapshot.status != Status.CONFIRMED:
                return
        if snapshot.status == Status.CONFIRMED:
            ledger.confirm(
                attempt,
                received_cents=snapshot.captured_cents,
                capture_reference=snapshot.capture_reference,
                fee_cents=snapshot.fee_cents,
                actor=actor,
            )
            refund_book.reconcile(attempt, snapshot, actor=actor, reversal=reversal)
        elif snapshot.status == Status.PENDING:
            _pending(attempt, snapshot, actor)
        elif snapshot.status == Status.FAILED:
            ledger.end(attempt, AttemptState.FAILED, reason=snapshot.reason, actor=actor)
        elif snapshot.status == Status.EXPIRED:
            ledger.end(attempt, AttemptState.EXPIRED, reason="VOIDED", actor=actor)
        elif captured:
            # We asked to collect, and it says neither yes nor no.
            move(attempt, AttemptState.UNKNOWN, reason=f"AFTER_CAPTURE_{snapshot.status}"[:100])
        elif snapshot.status == Status.AWAITING_PAYER:
            _waiting(attempt, actor)


def _pending(attempt: PaymentAttempt, snapshot: Snapshot, actor: Actor) -> None:
    if AttemptState.PENDING not in ATTEMPT[attempt.state]:
        return
    moved = move(
        attempt,
        AttemptState.PENDING,
        reason=snapshot.reason,
        capture_reference=snapshot.capture_reference,
        next_poll_at=clock.now() + timedelta(minutes=10),
    )
    if moved:
        record(
            attempt.claim.chain,
            events.AttemptPending(
                claim_id=str(attempt.claim.public_id),
                attempt_id=str(attempt.public_id),
                provider=attempt.provider,
                reason=snapshot.reason,
            ),
            actor=actor,
        )


def _waiting(attempt: PaymentAttempt, actor: Actor) -> None:
    """The payer has not approved (yet, or any more)."""
    if attempt.state in _ENDED:
        return
    if clock.now() - attempt.created_at > ledger.ORDER_LIFE:
        ledger.end(attempt, AttemptState.EXPIRED, reason="NOT_APPROVED", actor=actor)
        return
    since = clock.now() - attempt.state_since
    if attempt.state == AttemptState.CAPTURING and since < CAPTURE_LEASE:
        return  # somebody is at it; this answer may be older than theirs
    if attempt.state != AttemptState.AWAITING_PAYER:
        move(attempt, AttemptState.AWAITING_PAYER)


def _back_to_payer(attempt: PaymentAttempt, reason: str) -> None:
    """The same order can be approved again with other funds; the refused key is used up."""
    with transaction.atomic():
        move(
            attempt,
            AttemptState.AWAITING_PAYER,
            reason=reason,
            capture_request_id="",
            capture_request_at=None,
        )


def _wrong(attempt: PaymentAttempt, snapshot: Snapshot) -> str:
    """What does not fit between the order and the attempt; empty if all does."""
    if snapshot.merchant_reference != str(attempt.public_id):
        return "custom_id"
    if snapshot.reference != attempt.provider_reference:
        return "order_id"
    if snapshot.currency != attempt.currency:
        return "currency"
    received = snapshot.captured_cents if snapshot.capture_reference else snapshot.amount_cents
    if snapshot.amount_cents != attempt.amount_cents or received != attempt.amount_cents:
        return "amount"
    return ""


def _mismatch(attempt: PaymentAttempt, snapshot: Snapshot, what: str, actor: Actor) -> None:
    ledger.raise_issue(
        attempt.claim,
        PaymentIssue.Kind.MISMATCH,
        key=f"{attempt.public_id}:{what}",
        text=f"Der Zahlungsdienst meldet andere Angaben als erwartet ({what}).",
        attempt=attempt,
        amount_cents=snapshot.captured_cents or snapshot.amount_cents,
        actor=actor,
    )
    if snapshot.status != Status.CONFIRMED or what != "amount":
        ledger.end(attempt, AttemptState.FAILED, reason=f"MISMATCH_{what}".upper(), actor=actor)


def _end(attempt: PaymentAttempt, outcome: AttemptState, reason: str, actor: Actor) -> None:
    with transaction.atomic():
        ledger.end(attempt, outcome, reason=reason, actor=actor)


def _move(attempt: PaymentAttempt, target: AttemptState, reason: str) -> None:
    with transaction.atomic():
        move(attempt, target, reason=reason)
