"""Starting an attempt in two phases, and giving one up."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.core.registry import NotRegistered
from rathaus.payments import errors, events, queries
from rathaus.payments.actions import ledger
from rathaus.payments.guards import assert_no_transaction
from rathaus.payments.models import Claim, PaymentAttempt
from rathaus.payments.providers.base import (
    OutcomeUnknown,
    Provider,
    ProviderError,
    Snapshot,
    registry,
)
from rathaus.payments.states import ON_ITS_WAY, AttemptState, ClaimState, move

REUSE = timedelta(hours=2)
"""How long a waiting order is offered again; PayPal keeps it for three hours."""
KEY_LIFE = timedelta(hours=6)
"""How long PayPal remembers a request id."""


def start_attempt(
    *, claim: Claim, provider: str, actor: Actor, return_url: str = "", cancel_url: str = ""
) -> PaymentAttempt:
    """Begin to pay, or go on with the attempt that is already under way.

    `{attempt}` in the addresses is replaced by the attempt's public id. The result is
    awaiting_payer (with `redirect_url`, or instructions of a local provider), or unknown
    (the provider did not answer; calling again goes on with the same key), or failed.

    Raises: ClaimNotPayable, ProviderNotAvailable, PaymentInProgress.
    """
    way = _provider(provider)
    if way.remote:
        assert_no_transaction()
    with transaction.atomic():
        ledger.serialise(claim)
        earlier = list(claim.attempts.order_by("-number"))
        attempt = _reusable(claim, way, earlier) or _create(
            claim, way, earlier, actor=actor, return_url=return_url, cancel_url=cancel_url
        )
    if not way.remote or attempt.provider_reference:
        return attempt
    return resume(attempt, way, actor=actor)


def choose_local(*, claim: Claim, provider: str, actor: Actor) -> PaymentAttempt:
    """Begin with a way that needs nobody else, on a claim made in the same transaction.

    Raises: ClaimNotPayable, ProviderNotAvailable (also for a way that leaves the house).
    """
    way = _provider(provider)
    if way.remote:
        raise errors.ProviderNotAvailable
    if claim.state != ClaimState.OPEN or claim.due_cents <= 0:
        raise errors.ClaimNotPayable
    return _create(claim, way, [], actor=actor)


def choose_counter(*, claim: Claim, actor: Actor) -> None:
    """The payer means to come to the counter: an invoice chosen before waits no longer.

    A transfer that comes nevertheless is booked all the same.
    """
    with transaction.atomic():
        ledger.serialise(claim)
        waiting = claim.attempts.filter(
            provider="transfer", state=AttemptState.AWAITING_PAYER, provider_reference=None
        )
        for attempt in waiting:
            ledger.end(attempt, AttemptState.CANCELLED, reason="COUNTER_CHOSEN", actor=actor)


def cancel_attempt(*, attempt: PaymentAttempt, actor: Actor) -> PaymentAttempt:
    """The payer turned back. An approval that comes nevertheless is still accepted."""
    with transaction.atomic():
        attempt.refresh_from_db()
        if attempt.state in (AttemptState.CREATED, AttemptState.AWAITING_PAYER):
            ledger.end(attempt, AttemptState.CANCELLED, reason="PAYER_CANCELLED", actor=actor)
    return attempt


def resume(attempt: PaymentAttempt, way: Provider, *, actor: Actor) -> PaymentAttempt:
    """Announce the payment, again if need be: the same request id makes the same order.

    Without an order id the payer was never sent anywhere, so after the key's life the
    attempt can be given up without risk.
    """
    if attempt.start_request_at and clock.now() - attempt.start_request_at > KEY_LIFE:
        with transaction.atomic():
            ledger.end(attempt, AttemptState.EXPIRED, reason="NEVER_STARTED", actor=actor)
        return attempt
    if attempt.state == AttemptState.UNKNOWN:
        with transaction.atomic():
            move(attempt, AttemptState.STARTING, reason="")
    if attempt.state != AttemptState.STARTING:
        return attempt
    try:
        snapshot = way.start(attempt)
    except OutcomeUnknown as error:
        with transaction.atomic():
            move(attempt, AttemptState.UNKNOWN, reason=error.code)
    except ProviderError as error:
        with transaction.atomic():
            ledger.end(attempt, AttemptState.FAILED, reason=error.code, actor=actor)
    else:
        _started(attempt, snapshot, actor)
    return attempt


def _provider(key: str) -> Provider:
    try:
        way = registry.get(key)
    except NotRegistered as error:
        raise errors.ProviderNotAvailable from error
    if not way.is_available():
        raise errors.ProviderNotAvailable
    return way


def _reusable(claim: Claim, way: Provider, earlier: list[PaymentAttempt]) -> PaymentAttempt | None:
    """The attempt to go on with: a double click or a second tab makes no second order."""
    if claim.state != ClaimState.OPEN or claim.due_cents <= 0:
        raise errors.ClaimNotPayable
    for attempt in earlier:
        attempt.claim = claim
        if attempt.state in ON_ITS_WAY or (
            attempt.state == AttemptState.UNKNOWN and attempt.provider_reference
        ):
            raise errors.PaymentInProgress(attempt)
        if attempt.provider != way.key or attempt.amount_cents != queries.balance(claim).open_cents:
            continue
        young = clock.now() - attempt.created_at < REUSE
        if attempt.state == AttemptState.AWAITING_PAYER and (young or not way.remote):
            return attempt
        if attempt.state in (AttemptState.STARTING, AttemptState.UNKNOWN) and young:
            return attempt
    return None


def _create(
    claim: Claim,
    way: Provider,
    earlier: list[PaymentAttempt],
    *,
    actor: Actor,
    return_url: str = "",
    cancel_url: str = "",
) -> PaymentAttempt:
    moment = clock.now()
    public_id = uuid.uuid4()
    attempt = PaymentAttempt.objects.create(
        public_id=public_id,
        claim=claim,
        number=max((attempt.number for attempt in earlier), default=0) + 1,
        provider=way.key,
        amount_cents=queries.balance(claim).open_cents if earlier else claim.due_cents,
        currency=claim.currency,
        return_url=return_url.replace("{attempt}", str(public_id)),
        cancel_url=cancel_url.replace("{attempt}", str(public_id)),
        start_request_id=str(uuid.uuid4()),
        start_request_at=moment,
        # Nobody has seen "created": it would end in this transaction.
        state=AttemptState.STARTING if way.remote else AttemptState.AWAITING_PAYER,
        state_since=moment,
        created_at=moment,
        next_poll_at=moment + timedelta(minutes=2) if way.remote else None,
    )
    record(
        claim.chain,
        events.AttemptStarted(
            claim_id=str(claim.public_id),
            attempt_id=str(attempt.public_id),
            provider=way.key,
            amount_cents=attempt.amount_cents,
        ),
        actor=actor,
    )
    return attempt


def _started(attempt: PaymentAttempt, snapshot: Snapshot, actor: Actor) -> None:
    """Keep the order id before anybody is sent to it (an unsaved order is lost for ever)."""
    with transaction.atomic():
        if (snapshot.amount_cents, snapshot.currency, snapshot.merchant_reference) != (
            attempt.amount_cents,
            attempt.currency,
            str(attempt.public_id),
        ):
            ledger.end(attempt, AttemptState.FAILED, reason="ORDER_MISMATCH", actor=actor)
            return
        move(
            attempt,
            AttemptState.AWAITING_PAYER,
            provider_reference=snapshot.reference,
            redirect_url=snapshot.redirect_url,
            reason="",
        )
