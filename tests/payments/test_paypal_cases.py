"""The failure cases F1 to F21 of card-less online payment, each by its number."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from tests.support.payments import (
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
from rathaus.core.jobs import run_pending
from rathaus.payments import actions, errors, queries
from rathaus.payments.models import Claim, PaymentAttempt, PaymentIssue, ProviderNotification
from rathaus.payments.providers.paypal.client import PayPalClient
from rathaus.simulation.models import SimulatedOrder, SimulatedWebhook
from rathaus.simulation.paypal import engine, faults

pytestmark = pytest.mark.django_db


class Crash(BaseException):
    """The process dies here."""


def later(**span: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(**span), tick=True)


def test_the_ordinary_way(claim: Claim) -> None:
    attempt = start(claim)
    assert attempt.state == "awaiting_payer"
    assert attempt.redirect_url.startswith("http://localhost:8000/simulation/paypal/bezahlen/")
    approve(attempt)
    actions.settle(attempt)
    assert attempt.state == "confirmed"
    assert attempt.received_cents == 2600
    assert attempt.provider_fee_cents > 0
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert queries.balance(claim).is_paid
    assert event_names(claim) == [
        "claim.created",
        "attempt.started",
        "attempt.confirmed",
        "claim.paid",
    ]


def test_g10_paypal_learns_nothing_about_the_service(claim: Claim) -> None:
    order = order_of(start(claim))
    assert "Gewerbe" not in str(order.request)
    unit = order.request["purchase_units"][0]
    assert unit["description"] == f"Verwaltungsgebühr {claim.payment_reference}"


def test_f1_crash_after_create_before_saving(claim: Claim) -> None:
    real = PayPalClient.create_order

    def crash(self: PayPalClient, *args: object, **kwargs: object) -> None:
        real(self, *args, **kwargs)  # type: ignore[arg-type]
        raise Crash

    with patch.object(PayPalClient, "create_order", crash), pytest.raises(Crash):
        start(claim)
    attempt = claim.attempts.get()
    assert attempt.state == "starting"
    with later(minutes=3):
        work()
    attempt.refresh_from_db()
    assert attempt.state == "awaiting_payer"
    assert SimulatedOrder.objects.count() == 1
    assert start(claim).pk == attempt.pk


def test_f2_create_timeout_then_retry_makes_one_order(claim: Claim) -> None:
    faults.switch_on("create.timeout_after")
    first = start(claim)
    assert first.state == "unknown"
    second = start(claim)
    assert second.pk == first.pk
    assert second.state == "awaiting_payer"
    assert SimulatedOrder.objects.count() == 1


def test_f3_browser_never_returns_webhook_captures(claim: Claim) -> None:
    attempt = approved(claim)
    run_pending()
    attempt.refresh_from_db()
    assert attempt.state == "confirmed"
    assert captures() == 1


def test_f3_browser_never_returns_poller_captures(claim: Claim) -> None:
    faults.switch_on("webhook.lost")
    attempt = approved(claim)
    with later(minutes=4):
        work()
    attempt.refresh_from_db()
    assert attempt.state == "confirmed"


def test_f4_webhook_before_return(claim: Claim) -> None:
    attempt = approved(claim)
    run_pending()
    actions.settle(attempt)
    assert attempt.state == "confirmed"
    assert captures() == 1
    assert event_names(claim).count("claim.paid") == 1


def test_f6_capture_timeout_after_success(claim: Claim) -> None:
    attempt = approved(claim)
    faults.switch_on("capture.timeout_after")
    actions.settle(attempt)
    assert attempt.state == "unknown"
    actions.settle(attempt)
    assert attempt.state == "confirmed"
    assert captures() == 1


def test_f6_capture_timeout_without_effect_repeats_the_same_key(claim: Claim) -> None:
    attempt = approved(claim)
    faults.switch_on("capture.timeout_before")
    actions.settle(attempt)
    key = attempt.capture_request_id
    assert (attempt.state, bool(key)) == ("unknown", True)
    actions.settle(attempt)
    assert (attempt.state, attempt.capture_request_id) == ("confirmed", key)


def test_f7_old_request_id_looks_before_it_acts(claim: Claim) -> None:
    attempt = approved(claim)
    faults.switch_on("capture.timeout_after")
    actions.settle(attempt)
    with later(hours=7), patch.object(PayPalClient, "capture_order", side_effect=Crash):
        actions.settle(attempt)
    assert attempt.state == "confirmed"


def test_f8_already_captured_is_good_news(claim: Claim) -> None:
    attempt = approved(claim)
    faults.switch_on("capture.ORDER_ALREADY_CAPTURED")
    actions.settle(attempt)
    assert attempt.state == "confirmed"
    assert captures() == 1


def test_f9_return_address_typed_without_paying(claim: Claim) -> None:
    attempt = start(claim)
    actions.settle(attempt)
    assert attempt.state == "awaiting_payer"
    assert captures() == 0
    claim.refresh_from_db()
    assert claim.state == "open"


def test_f9_not_approved_at_the_last_moment(claim: Claim) -> None:
    attempt = approved(claim)
    faults.switch_on("capture.ORDER_NOT_APPROVED")
    actions.settle(attempt)
    assert (attempt.state, attempt.reason) == ("awaiting_payer", "ORDER_NOT_APPROVED")


def test_f10_instrument_declined_then_other_funds(claim: Claim) -> None:
    attempt = approved(claim, "declined")
    actions.settle(attempt)
    assert (attempt.state, attempt.reason) == ("awaiting_payer", "INSTRUMENT_DECLINED")
    assert attempt.redirect_url
    approve(attempt)
    actions.settle(attempt)
    assert attempt.state == "confirmed"
    assert captures() == 1


@pytest.mark.parametrize("outcome", ["echeck", "review"])
def test_f11_pending_then_completed(claim: Claim, outcome: str) -> None:
    attempt = actions.settle(approved(claim, outcome))
    assert attempt.state == "pending"
    claim.refresh_from_db()
    assert claim.state == "open"
    with pytest.raises(errors.PaymentInProgress):
        start(claim)
    with later(days=4):
        assert engine.finish_pending(order_of(attempt), completed=True)
        run_pending()
    attempt.refresh_from_db()
    claim.refresh_from_db()
    assert (attempt.state, claim.state) == ("confirmed", "paid")


def test_f11_pending_then_denied_by_poller(claim: Claim) -> None:
    attempt = actions.settle(approved(claim, "echeck"))
    faults.switch_on("webhook.lost")
    engine.finish_pending(order_of(attempt), completed=False)
    with later(days=4):
        work()
        attempt.refresh_from_db()
        claim.refresh_from_db()
        assert (attempt.state, claim.state) == ("failed", "open")
        assert start(claim).number == 2


def test_f12_duplicate_webhooks(claim: Claim) -> None:
    faults.switch_on("webhook.duplicate", 3)
    attempt = approved(claim)
    run_pending()
    attempt.refresh_from_db()
    assert attempt.state == "confirmed"
    assert event_names(claim).count("claim.paid") == 1
    assert ProviderNotification.objects.count() == SimulatedWebhook.objects.count() == 2


def test_f12_reordered_and_very_old_webhooks(claim: Claim) -> None:
    faults.switch_on("webhook.late")
    attempt = approved(claim)
    actions.settle(attempt)
    run_pending()
    with later(days=400):
        run_pending()
    attempt.refresh_from_db()
    claim.refresh_from_db()
    assert (attempt.state, claim.state) == ("confirmed", "paid")
    assert captures() == 1


@pytest.mark.parametrize("forgery", ["forged", "tampered", "foreign"])
def test_f13_forged_webhooks_move_nothing(claim: Claim, forgery: str) -> None:
    faults.switch_on(f"webhook.{forgery}")
    attempt = approved(claim)
    run_pending()
    attempt.refresh_from_db()
    assert attempt.state == "awaiting_payer"
    assert captures() == 0


def test_f14_webhook_for_unknown_order(claim: Claim) -> None:
    attempt = approved(claim)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(
        provider_reference="ANOTHER", public_id="00000000-0000-4000-8000-000000000001"
    )
    run_pending()
    assert SimulatedWebhook.objects.get().answer == 200
    assert ProviderNotification.objects.get().verdict == "unrelated"


@pytest.mark.parametrize("what", ["amount", "currency", "custom_id"])
def test_f15_order_does_not_fit(claim: Claim, what: str) -> None:
    attempt = approved(claim)
    faults.switch_on(f"get.{what}")
    actions.settle(attempt)
    assert attempt.state == "failed"
    assert captures() == 0
    issue = PaymentIssue.objects.get()
    assert (issue.kind, issue.claim) == ("mismatch", claim)
    assert list(queries.open_issues().items) == [issue]


def test_f15_less_captured_than_owed_is_booked_as_it_is(claim: Claim) -> None:
    attempt = approved(claim)
    faults.switch_on("capture.amount")
    actions.settle(attempt)
    claim.refresh_from_db()
    assert (attempt.state, attempt.received_cents, claim.state) == ("confirmed", 2500, "open")
    assert queries.balance(claim).open_cents == 100
    assert PaymentIssue.objects.get().kind == "mismatch"


def test_f16_somebody_elses_order_on_our_return_address(claim: Claim) -> None:
    """The query of the return address is not even read: each attempt knows its own order."""
    other = make_claim()
    theirs = approved(other)
    mine = start(claim)
    actions.settle(mine)
    assert mine.state == "awaiting_payer"
    # Even if somebody managed to plant the id, the custom_id gives it away.
    PaymentAttempt.objects.filter(pk=theirs.pk).update(provider_reference="MOVED")
    PaymentAttempt.objects.filter(pk=mine.pk).update(provider_reference=theirs.provider_reference)
    actions.settle(mine)
    assert mine.state == "failed"
    assert captures() == 0


def test_f17_cancel_then_approve_in_a_second_tab(claim: Claim) -> None:
    attempt = start(claim)
    actions.cancel_attempt(attempt=attempt, actor=PAYER)
    assert attempt.state == "cancelled"
    approve(attempt)
    run_pending()
    attempt.refresh_from_db()
    claim.refresh_from_db()
    assert (attempt.state, claim.state) == ("confirmed", "paid")


def test_f17_cancelled_orders_are_still_watched(claim: Claim) -> None:
    attempt = actions.cancel_attempt(attempt=start(claim), actor=PAYER)
    faults.switch_on("webhook.lost")
    approve(attempt)
    with later(minutes=20):
        work()
    attempt.refresh_from_db()
    assert attempt.state == "confirmed"


def test_f18_second_order_is_not_captured_once_the_claim_is_paid(claim: Claim) -> None:
    first = actions.cancel_attempt(attempt=start(claim), actor=PAYER)
    second = start(claim)
    approve(first)
    approve(second)
    actions.settle(first)
    actions.settle(second)
    assert (first.state, second.state) == ("confirmed", "cancelled")
    assert captures() == 1


def test_f18_both_paid_becomes_a_work_item(claim: Claim) -> None:
    first = actions.cancel_attempt(attempt=start(claim), actor=PAYER)
    second = start(claim)
    approve(first)
    approve(second)
    engine.capture(second.provider_reference)  # as if captured elsewhere
    actions.settle(first)
    actions.settle(second)
    claim.refresh_from_db()
    assert claim.state == "overpaid"
    issue = PaymentIssue.objects.get()
    assert (issue.kind, issue.amount_cents) == ("overpaid", 2600)
    names = event_names(claim)
    assert (names.count("claim.paid"), names.count("claim.overpaid")) == (1, 1)
    refund = actions.request_refund(
        claim=claim, amount_cents=2600, reason="Doppelt bezahlt", actor=PAYER
    )
    actions.execute_refund(refund=refund, actor=PAYER)
    claim.refresh_from_db()
    issue.refresh_from_db()
    assert (claim.state, issue.state) == ("paid", "resolved")


def test_f19_order_expires_after_three_hours(claim: Claim) -> None:
    attempt = start(claim)
    with later(hours=3, minutes=5):
        work()
        attempt.refresh_from_db()
        assert attempt.state == "expired"
        assert start(claim).number == 2


def test_f19_approved_but_never_captured_expires(claim: Claim) -> None:
    attempt = approved(claim)
    with later(hours=8):
        actions.settle(attempt)
    assert attempt.state == "expired"


@pytest.mark.parametrize("fault", ["401", "429", "500", "503", "not_json", "empty"])
@pytest.mark.parametrize("call", ["token", "create", "get", "capture"])
def test_f20_trouble_in_any_call_is_overcome(claim: Claim, call: str, fault: str) -> None:
    faults.switch_on(f"{call}.{fault}")
    attempt = start(claim)
    if attempt.state == "unknown":
        attempt = start(claim)
    approve(attempt)
    for _ in range(3):
        actions.settle(attempt)
    claim.refresh_from_db()
    assert (attempt.state, claim.state) == ("confirmed", "paid")
    assert captures() == 1
    assert SimulatedOrder.objects.count() == 1


def test_f20_paypal_is_down_for_an_hour(claim: Claim) -> None:
    attempt = approved(claim)
    faults.switch_on("get.503", 99)
    actions.settle(attempt)
    assert attempt.state == "awaiting_payer"
    faults.switch_on("get.503", 0)
    with later(hours=1):
        work()
    attempt.refresh_from_db()
    assert attempt.state == "confirmed"


def test_f22_application_withdrawn_before_capture(claim: Claim) -> None:
    attempt = approved(claim)
    actions.cancel_claim(claim=claim, reason="zurückgezogen", actor=PAYER)
    actions.settle(attempt)
    assert attempt.state == "cancelled"
    assert captures() == 0


def test_f22_paid_although_withdrawn_becomes_a_work_item(claim: Claim) -> None:
    attempt = approved(claim)
    engine.capture(attempt.provider_reference)
    actions.cancel_claim(claim=claim, reason="zurückgezogen", actor=PAYER)
    actions.settle(attempt)
    claim.refresh_from_db()
    assert (attempt.state, claim.state) == ("confirmed", "cancelled")
    assert PaymentIssue.objects.get().kind == "duplicate"


def test_f23_each_attempt_has_its_own_invoice_id(claim: Claim) -> None:
    first = actions.cancel_attempt(attempt=start(claim), actor=PAYER)
    second = start(claim)
    assert first.invoice_id != second.invoice_id


def test_f21_refund_made_in_paypals_own_console(claim: Claim) -> None:
    attempt = paid(claim)
    run_pending()
    engine.refund_outside(order_of(attempt))
    run_pending()
    claim.refresh_from_db()
    assert claim.state == "open"
    assert PaymentIssue.objects.get().kind == "external_refund"
    assert claim.refunds.get().origin == "external"


def test_f21_payer_takes_the_money_back(claim: Claim) -> None:
    attempt = paid(claim)
    run_pending()
    engine.take_back(order_of(attempt))
    run_pending()
    assert PaymentIssue.objects.get().kind == "reversed"
    assert claim.refunds.get().origin == "reversal"
    assert "claim.reopened" in event_names(claim)
