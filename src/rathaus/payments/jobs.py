"""What happens without anybody waiting: polling, webhooks, refunds that hang."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.jobs import RetryLater, cron, enqueue, job
from rathaus.payments.actions import ledger
from rathaus.payments.actions.refunds import refresh_refund
from rathaus.payments.actions.settlement import settle
from rathaus.payments.models import (
    PaymentAttempt,
    PaymentIssue,
    ProviderNotification,
    Refund,
)
from rathaus.payments.providers.base import ProviderError
from rathaus.payments.providers.paypal import notifications as paypal
from rathaus.payments.providers.paypal.webhook import WebhookInvalid
from rathaus.payments.states import AttemptState, RefundState, swap

logger = logging.getLogger(__name__)

BATCH = 100
POLLED = (
    AttemptState.STARTING,
    AttemptState.AWAITING_PAYER,
    AttemptState.APPROVED,
    AttemptState.CAPTURING,
    AttemptState.PENDING,
    AttemptState.UNKNOWN,
    AttemptState.CANCELLED,
)
UNCLEAR_AFTER = timedelta(days=1)
KEEP_NOTIFICATIONS = timedelta(days=60)
PROVE_WITHIN = timedelta(days=3)
"""A webhook whose certificate cannot be had for so long is dropped: PayPal stops repeating then,
and whoever invents addresses must not leave work behind for ever. The poller asks anyway."""
READ_WITHIN = timedelta(days=3)
"""An order that cannot be read for so long is a matter for the operator: the job fails for good
and lies with the dead ones, from where it can be started again."""
_STEPS = (
    (timedelta(minutes=10), timedelta(minutes=1)),
    (timedelta(hours=1), timedelta(minutes=5)),
    (timedelta(hours=7), timedelta(minutes=15)),
    (timedelta(days=3), timedelta(hours=1)),
)


@cron("payments.poll", every=timedelta(minutes=1))
def poll() -> None:
    """Enqueue a look at every attempt and refund that is due; the pause grows with age."""
    moment = clock.now()
    due = PaymentAttempt.objects.filter(next_poll_at__lte=moment).order_by("next_poll_at", "pk")
    for attempt in due[:BATCH]:
        with transaction.atomic():
            if swap(
                attempt,
                {"next_poll_at": attempt.next_poll_at},
                next_poll_at=_next(attempt),
            ):
                enqueue(settle_attempt, attempt_id=attempt.pk, dedupe_key=f"settle:{attempt.pk}")
    waiting = Refund.objects.filter(next_poll_at__lte=moment).order_by("next_poll_at", "pk")
    for refund in waiting[:BATCH]:
        with transaction.atomic():
            later = moment + timedelta(hours=1)
            if swap(refund, {"next_poll_at": refund.next_poll_at}, next_poll_at=later):
                enqueue(settle_refund, refund_id=refund.pk, dedupe_key=f"refund:{refund.pk}")


@job("payments.settle_attempt", prompt=True)
def settle_attempt(*, attempt_id: int) -> None:
    """Ask the provider about one attempt; the poller asks again if there is no answer."""
    attempt = PaymentAttempt.objects.get(pk=attempt_id)
    if attempt.state not in POLLED:
        return
    settle(attempt)
    if attempt.state == AttemptState.UNKNOWN and clock.now() - attempt.created_at > UNCLEAR_AFTER:
        with transaction.atomic():
            ledger.raise_issue(
                attempt.claim,
                PaymentIssue.Kind.UNKNOWN,
                key=str(attempt.public_id),
                text="Der Zahlungsdienst gibt seit über einem Tag keine klare Auskunft.",
                attempt=attempt,
                amount_cents=attempt.amount_cents,
                actor=Actor.system("payments.poll"),
            )


@job("payments.settle_refund")
def settle_refund(*, refund_id: int) -> None:
    """Go on with a refund whose outcome is open."""
    refund = Refund.objects.get(pk=refund_id)
    if refund.state in (RefundState.REQUESTING, RefundState.UNKNOWN, RefundState.PENDING):
        refresh_refund(refund, actor=Actor.system("payments.poll"))
    asked = refund.request_at or refund.created_at
    if refund.state == RefundState.UNKNOWN and clock.now() - asked > UNCLEAR_AFTER:
        with transaction.atomic():
            ledger.raise_issue(
                refund.claim,
                PaymentIssue.Kind.UNKNOWN,
                key=str(refund.public_id),
                text="Seit über einem Tag ist unklar, ob die Erstattung ausgeführt wurde. "
                "Bitte beim Zahlungsdienst nachsehen und nicht noch einmal erstatten.",
                attempt=refund.attempt,
                amount_cents=refund.amount_cents,
                actor=Actor.system("payments.poll"),
            )


@job("payments.process_notification", prompt=True)
def process_notification(*, notification_id: int) -> None:
    """Check a webhook's signature, then read the order and decide on that alone."""
    row = ProviderNotification.objects.get(pk=notification_id)
    if row.verdict != ProviderNotification.Verdict.NEW:
        return
    try:
        notice = paypal.verified(row)
    except WebhookInvalid as error:
        logger.warning("forged webhook %s: %s", row.transmission_id, error)
        _judge(row, ProviderNotification.Verdict.FORGED, str(error))
        return
    except ProviderError as error:
        age = clock.now() - row.received_at
        if age > PROVE_WITHIN:
            _judge(row, ProviderNotification.Verdict.FORGED, str(error))
            return
        raise RetryLater(_patience(age), str(error)) from error
    attempt = paypal.attempt_for(notice)
    if attempt is None:
        logger.info("webhook %s for no payment of ours", row.transmission_id)
        _judge(row, ProviderNotification.Verdict.UNRELATED, "", notice.event_type)
        return
    try:
        settle(attempt, recheck=True, reversal=notice.is_reversal, patient=False)
    except ProviderError as error:
        age = clock.now() - row.received_at
        if age > READ_WITHIN:
            raise
        raise RetryLater(_patience(age), str(error)) from error
    _judge(row, ProviderNotification.Verdict.ACCEPTED, "", notice.event_type)


@cron("payments.forget_notifications", every=timedelta(days=1))
def forget_notifications() -> None:
    """Webhook bodies name payers: keep them only as long as replays and disputes need."""
    old = clock.now() - KEEP_NOTIFICATIONS
    ProviderNotification.objects.filter(received_at__lt=old).delete()


def _patience(age: timedelta) -> float:
    """Seconds until the next look at a webhook: soon at first, then ever more seldom."""
    return max(60.0, age.total_seconds() / 4)


def _judge(row: ProviderNotification, verdict: str, reason: str, event_type: str = "") -> None:
    swap(
        row,
        {"verdict": ProviderNotification.Verdict.NEW},
        verdict=verdict,
        reason=reason[:100],
        event_type=event_type[:80],
        body=b"",  # it names the payer; the hash is enough to notice a replay
    )


def _next(attempt: PaymentAttempt) -> object:
    """When to ask next; None when there is nothing to expect any more."""
    age = clock.now() - attempt.created_at
    if attempt.state not in POLLED or (
        attempt.state == AttemptState.CANCELLED and age > ledger.ORDER_LIFE
    ):
        return None
    for limit, pause in _STEPS:
        if age < limit:
            return clock.now() + pause
    return clock.now() + timedelta(hours=6)
