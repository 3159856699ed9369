"""Several processes at once, and processes that die at the worst moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection, transaction
from tests.support.payments import (
    CASHIER,
    PAYER,
    approve,
    approved,
    captures,
    event_names,
    make_claim,
    order_of,
    paid,
    start,
    work,
)

from rathaus.core import clock
from rathaus.core.money import Money
from rathaus.payments import actions, errors, queries, states
from rathaus.payments.guards import RemoteCallInTransaction, assert_no_transaction
from rathaus.payments.models import Claim, PaymentAttempt, Refund
from rathaus.payments.providers.paypal.client import PayPalClient
from rathaus.simulation.models import SimulatedOrder, SimulatedRefund
from rathaus.simulation.paypal import keys

pytestmark = pytest.mark.django_db(transaction=True)


class Crash(BaseException):
    """The process dies here."""


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads with connections of their own, started together."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            results[index] = call()
        except BaseException as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.fixture
def claim() -> Claim:
    keys.current()
    return make_claim()


def test_f5_return_webhook_and_poller_at_the_same_instant(claim: Claim) -> None:
    attempt = approved(claim)

    def settle() -> None:
        actions.settle(queries.attempt(attempt.public_id))

    results = at_once(settle, settle, settle)
    assert results == [None, None, None]
    attempt.refresh_from_db()
    claim.refresh_from_db()
    assert (attempt.state, claim.state) == ("confirmed", "paid")
    assert captures() == 1
    names = event_names(claim)
    assert (names.count("claim.paid"), names.count("attempt.confirmed")) == (1, 1)


def test_f5_two_processes_one_capture_call(claim: Claim) -> None:
    """The loser does not even ask PayPal to capture."""
    attempt = approved(claim)
    calls: list[str] = []
    real = PayPalClient.capture_order

    def counted(self: PayPalClient, order_id: str, *, request_id: str) -> dict[str, Any]:
        calls.append(request_id)
        return real(self, order_id, request_id=request_id)

    def settle() -> None:
        actions.settle(queries.attempt(attempt.public_id))

    with patch.object(PayPalClient, "capture_order", counted):
        assert at_once(settle, settle) == [None, None]
    assert len(calls) == 1


def test_double_click_on_pay_makes_one_order(claim: Claim) -> None:
    results = at_once(*[lambda: start(Claim.objects.get(pk=claim.pk))] * 3)
    assert [type(result) for result in results] == [PaymentAttempt] * 3
    assert PaymentAttempt.objects.count() == 1
    assert SimulatedOrder.objects.count() == 1


def test_f18_two_approved_orders_settled_at_the_same_instant(claim: Claim) -> None:
    first = actions.cancel_attempt(attempt=start(claim), actor=PAYER)
    second = start(claim)
    approve(first)
    approve(second)
    at_once(
        lambda: actions.settle(queries.attempt(first.public_id)),
        lambda: actions.settle(queries.attempt(second.public_id)),
    )
    with time_machine.travel(clock.now() + timedelta(minutes=20), tick=True):
        work()
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert captures() == 1


def test_f21_double_click_on_refund_pays_back_once(claim: Claim) -> None:
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=2600, reason="abgelehnt", actor=PAYER)
    click = [lambda: actions.execute_refund(refund=Refund.objects.get(pk=refund.pk), actor=CASHIER)]
    at_once(*click * 3)
    refund.refresh_from_db()
    assert refund.state == "done"
    assert SimulatedRefund.objects.count() == 1
    assert queries.balance(claim).refunded_cents == 2600


def test_two_cashiers_request_the_same_refund(claim: Claim) -> None:
    paid(claim)

    def request() -> object:
        mine = Claim.objects.get(pk=claim.pk)
        return actions.request_refund(claim=mine, amount_cents=2600, reason="x", actor=CASHIER)

    results = at_once(request, request)
    assert sorted(type(result).__name__ for result in results) == ["Refund", "RefundTooLarge"]


def test_counter_and_paypal_at_the_same_instant_lose_nothing(claim: Claim) -> None:
    attempt = approved(claim)

    def counter() -> object:
        mine = Claim.objects.get(pk=claim.pk)
        return actions.record_counter_payment(
            claim=mine, amount=Money(2600), method="cash", staff=CASHIER
        )

    at_once(counter, lambda: actions.settle(queries.attempt(attempt.public_id)))
    actions.settle(queries.attempt(attempt.public_id))
    claim.refresh_from_db()
    balance = queries.balance(claim)
    assert claim.state == ("overpaid" if balance.overpaid_cents else "paid")
    assert balance.confirmed_cents == 2600 * (
        captures() + claim.attempts.filter(provider="counter").count()
    )


def test_no_remote_call_inside_a_transaction(claim: Claim) -> None:
    attempt = approved(claim)
    for call in (
        lambda: actions.settle(attempt),
        lambda: start(claim),
        assert_no_transaction,
    ):
        with pytest.raises(RemoteCallInTransaction), transaction.atomic():
            call()


class CrashAt:
    """Lets the n-th boundary be the last thing this process does."""

    def __init__(self, fatal: int) -> None:
        self.fatal, self.count = fatal, 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.fatal:
            raise Crash

    def around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """A boundary before and after `real`."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.step()
            result = real(*args, **kwargs)
            self.step()
            return result

        return wrapped


def pay_with_crash(claim: Claim, crash: CrashAt) -> None:
    """The whole way, with a boundary around each remote call and each state change."""
    send = PayPalClient._send
    with (
        patch.object(PayPalClient, "_send", crash.around(send)),
        patch.object(states, "swap", crash.around(states.swap)),
    ):
        attempt = start(claim)
        approve(attempt)
        actions.settle(attempt)


def test_crash_between_any_two_steps_loses_nothing() -> None:
    keys.current()
    fatal, crashed = 0, True
    while crashed:
        fatal += 1
        claim = make_claim()
        before = captures()
        try:
            pay_with_crash(claim, CrashAt(fatal))
            crashed = False
        except Crash:
            crashed = True
        moment = clock.now() + timedelta(minutes=10)
        with time_machine.travel(moment, tick=True):
            work()
            claim.refresh_from_db()
            if claim.state != "paid":  # the payer tries once more, as people do
                attempt = start(claim)
                if order_of(attempt).status != "APPROVED":
                    approve(attempt)
                actions.settle(attempt)
        claim.refresh_from_db()
        assert claim.state == "paid", f"boundary {fatal}"
        assert captures() == before + 1, f"boundary {fatal}"
        assert queries.balance(claim).confirmed_cents == 2600
        assert event_names(claim).count("claim.paid") == 1
    assert fatal > 10


def test_crash_between_any_two_steps_of_a_refund() -> None:
    keys.current()
    fatal, crashed = 0, True
    while crashed:
        fatal += 1
        claim = make_claim()
        paid(claim)
        refund = actions.request_refund(claim=claim, amount_cents=600, reason="x", actor=PAYER)
        crash = CrashAt(fatal)
        send = PayPalClient._send
        try:
            with (
                patch.object(
                    PayPalClient, "_send", lambda *a, s=send, c=crash, **k: c.around(s)(*a, **k)
                ),
                patch.object(states, "swap", crash.around(states.swap)),
            ):
                actions.execute_refund(refund=refund, actor=CASHIER)
            crashed = False
        except Crash:
            crashed = True
        with time_machine.travel(clock.now() + timedelta(minutes=10), tick=True):
            work()
            refund.refresh_from_db()
            if refund.state == "created":  # it was never sent: the cashier clicks again
                actions.execute_refund(refund=refund, actor=CASHIER)
        refund.refresh_from_db()
        assert refund.state == "done", f"boundary {fatal}"
        assert SimulatedRefund.objects.filter(invoice_id=refund.invoice_id).count() == 1
        claim.refresh_from_db()
        assert (claim.state, claim.due_cents) == ("paid", 2000)
    assert fatal > 4


def test_payment_in_progress_names_the_attempt(claim: Claim) -> None:
    attempt = actions.settle(approved(claim, "echeck"))
    with pytest.raises(errors.PaymentInProgress) as caught:
        start(claim)
    assert caught.value.attempt == attempt


def test_two_clicks_at_the_counter_book_a_part_once(claim: Claim) -> None:
    def click() -> object:
        return actions.record_counter_payment(
            claim=Claim.objects.get(pk=claim.pk),
            amount=Money(1000),
            method="cash",
            staff=CASHIER,
            seen_cents=2600,
        )

    results = at_once(click, click)
    kinds = sorted(type(result).__name__ for result in results)
    assert kinds == ["CounterReceipt", "OpenAmountChanged"]
    assert queries.balance(claim).confirmed_cents == 1000
