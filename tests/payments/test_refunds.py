"""Money back: never without a second person above the limit, never twice, never lost."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from tests.support.payments import (
    CASHIER,
    PAYER,
    SECOND_CASHIER,
    event_names,
    make_claim,
    order_of,
    paid,
    work,
)

from rathaus.core import clock
from rathaus.core.actors import Actor
from rathaus.core.money import Money
from rathaus.payments import actions, errors, queries
from rathaus.payments.models import Claim, PaymentIssue, Refund
from rathaus.payments.providers.base import NotFound, OutcomeUnknown, ProviderError, Refused
from rathaus.payments.providers.paypal.client import PayPalClient
from rathaus.proceedings.jobs import pay_back
from rathaus.simulation.models import SimulatedRefund
from rathaus.simulation.paypal import engine, faults

pytestmark = pytest.mark.django_db


def test_no_job_pays_a_large_refund_that_one_person_asked_for(db: None) -> None:
    claim = make_claim(9000)
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=9000, reason="x", actor=CASHIER)
    with pytest.raises(errors.FourEyesRequired):
        actions.execute_refund(refund=refund, actor=Actor.system("worker"))
    pay_back(refund_id=refund.pk)
    refund.refresh_from_db()
    assert refund.state == "created"
    assert not SimulatedRefund.objects.exists()
    actions.execute_refund(refund=refund, actor=SECOND_CASHIER)
    assert (refund.state, refund.executed_by) == ("done", SECOND_CASHIER.id)


def ask(claim: Claim, cents: int, actor: Actor = CASHIER) -> Refund:
    return actions.request_refund(claim=claim, amount_cents=cents, reason="x", actor=actor)


def test_the_limit_holds_for_all_refunds_of_a_claim_together(db: None) -> None:
    claim = make_claim(18000)
    paid(claim)
    parts = [ask(claim, cents) for cents in (4000, 1000, 4000)]
    actions.execute_refund(refund=parts[0], actor=CASHIER)
    actions.record_manual_refund(refund=parts[1], note="bar", actor=CASHIER)
    for release in (
        lambda: actions.execute_refund(refund=parts[2], actor=CASHIER),
        lambda: actions.record_manual_refund(refund=parts[2], note="bar", actor=CASHIER),
    ):
        with pytest.raises(errors.FourEyesRequired, match="50,00"):
            release()
    pay_back(refund_id=parts[2].pk)
    assert SimulatedRefund.objects.count() == 1
    actions.execute_refund(refund=parts[2], actor=SECOND_CASHIER)
    assert (parts[2].state, parts[2].released_by_second) == ("done", True)
    with pytest.raises(errors.FourEyesRequired):  # whoever of the two asks: it is one sum
        actions.execute_refund(refund=ask(claim, 100, SECOND_CASHIER), actor=SECOND_CASHIER)


def test_what_two_people_released_leaves_the_limit_for_one(db: None) -> None:
    claim = make_claim(18000)
    paid(claim)
    actions.execute_refund(refund=ask(claim, 9000), actor=SECOND_CASHIER)
    small = ask(claim, 5000)
    actions.execute_refund(refund=small, actor=CASHIER)
    assert small.state == "done"


def test_a_refund_that_failed_uses_up_nothing(db: None) -> None:
    claim = make_claim(18000)
    paid(claim)
    faults.switch_on("refund.failed")
    lost = ask(claim, 5000)
    actions.execute_refund(refund=lost, actor=CASHIER)
    assert lost.state == "failed"
    actions.execute_refund(refund=lost, actor=CASHIER)
    assert lost.state == "done"


@pytest.mark.parametrize("actor", [PAYER, Actor.system("worker"), Actor.provider("paypal")])
def test_a_large_refund_by_hand_needs_a_person(db: None, actor: Actor) -> None:
    claim = make_claim(9000)
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=9000, reason="x", actor=CASHIER)
    with pytest.raises(errors.FourEyesRequired):
        actions.record_manual_refund(refund=refund, note="überwiesen", actor=actor)


def test_a_small_refund_that_the_fee_rule_promises_goes_out_by_itself(claim: Claim) -> None:
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=2600, reason="x", actor=CASHIER)
    pay_back(refund_id=refund.pk)
    refund.refresh_from_db()
    assert refund.state == "done"


def lost_answer(claim: Claim) -> Refund:
    """PayPal has paid back, but its answer never came."""
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=2600, reason="x", actor=PAYER)
    faults.switch_on("refund.timeout_after")
    actions.execute_refund(refund=refund, actor=CASHIER)
    assert refund.state == "unknown"
    return refund


@pytest.mark.parametrize("answer", [NotFound("404"), Refused("422"), OutcomeUnknown("500")])
def test_a_refund_that_may_have_gone_out_is_never_called_failed(
    claim: Claim, answer: ProviderError
) -> None:
    refund = lost_answer(claim)
    with patch.object(PayPalClient, "get_order", side_effect=answer):
        actions.execute_refund(refund=refund, actor=CASHIER)
    assert refund.state == "unknown"
    with pytest.raises(errors.RefundTooLarge):
        actions.request_refund(claim=claim, amount_cents=2600, reason="x", actor=CASHIER)
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        work()
    refund.refresh_from_db()
    assert refund.state == "done"
    assert SimulatedRefund.objects.count() == 1


def test_a_refund_that_stays_unclear_is_put_before_a_person_once(claim: Claim) -> None:
    refund = lost_answer(claim)
    with patch.object(PayPalClient, "get_order", side_effect=NotFound("404")):
        for hours in (30, 40):
            with time_machine.travel(clock.now() + timedelta(hours=hours), tick=True):
                work()
    issue = PaymentIssue.objects.get(claim=claim)
    assert (issue.kind, issue.amount_cents) == ("unknown", 2600)
    refund.refresh_from_db()
    assert refund.next_poll_at is not None
    assert refund.next_poll_at <= clock.now() + timedelta(hours=40 + 6)


def test_what_was_given_back_in_paypals_own_console_is_not_given_back_again(claim: Claim) -> None:
    attempt = paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=2600, reason="x", actor=PAYER)
    engine.refund_outside(order_of(attempt))
    actions.execute_refund(refund=refund, actor=CASHIER)
    assert refund.state == "unknown"
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        work()
    refund.refresh_from_db()
    assert refund.state == "failed"
    assert queries.balance(claim).refunded_cents == 2600
    assert PaymentIssue.objects.filter(kind="external_refund").count() == 1


def failed_refund(claim: Claim, cents: int = 2600) -> Refund:
    """PayPal has refused to pay back for good."""
    refund = actions.request_refund(claim=claim, amount_cents=cents, reason="x", actor=PAYER)
    faults.switch_on("refund.failed")
    actions.execute_refund(refund=refund, actor=CASHIER)
    assert refund.state == "failed"
    return refund


def test_never_more_goes_back_than_came_in(claim: Claim) -> None:
    paid(claim)
    first = failed_refund(claim)
    second = actions.request_refund(claim=claim, amount_cents=2600, reason="x", actor=PAYER)
    actions.execute_refund(refund=second, actor=CASHIER)
    assert second.state == "done"
    with pytest.raises(errors.RefundTooLarge) as caught:
        actions.record_manual_refund(refund=first, note="überwiesen", actor=CASHIER)
    assert caught.value.refundable_cents == 0
    with pytest.raises(errors.RefundTooLarge):
        actions.execute_refund(refund=first, actor=CASHIER)
    assert queries.balance(claim).refunded_cents == 2600
    assert SimulatedRefund.objects.filter(status="COMPLETED").count() == 1


def test_a_requested_refund_is_not_noted_after_the_payer_took_the_money_back(claim: Claim) -> None:
    attempt = paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=600, reason="x", actor=PAYER)
    engine.refund_outside(order_of(attempt))
    actions.settle(attempt, recheck=True)
    with pytest.raises(errors.RefundTooLarge):
        actions.record_manual_refund(refund=refund, note="überwiesen", actor=CASHIER)
    assert queries.balance(claim).refunded_cents == 2600


def test_a_failed_refund_can_be_tried_once_more(claim: Claim) -> None:
    paid(claim)
    refund = failed_refund(claim)
    old_key, old_invoice = refund.request_id, refund.invoice_id
    actions.execute_refund(refund=refund, actor=CASHIER)
    assert (refund.state, refund.failure) == ("done", "")
    assert refund.request_id != old_key
    assert refund.invoice_id != old_invoice
    assert queries.balance(claim).refunded_cents == 2600


def test_a_large_refund_that_failed_still_needs_the_second_person(db: None) -> None:
    claim = make_claim(9000)
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=9000, reason="x", actor=CASHIER)
    faults.switch_on("refund.failed")
    actions.execute_refund(refund=refund, actor=SECOND_CASHIER)
    with pytest.raises(errors.FourEyesRequired):
        actions.execute_refund(refund=refund, actor=CASHIER)
    assert refund.state == "failed"


def test_a_failed_refund_can_be_rejected_and_the_fee_stays_paid(claim: Claim) -> None:
    paid(claim)
    refund = failed_refund(claim, 600)
    actions.reject_refund(refund=refund, actor=CASHIER)
    claim.refresh_from_db()
    assert (refund.state, claim.state, claim.due_cents) == ("rejected", "paid", 2600)
    with pytest.raises(errors.RefundTooLarge):
        actions.request_refund(claim=claim, amount_cents=2601, reason="x", actor=CASHIER)


def test_rejecting_a_failed_refund_charges_nobody_for_the_one_in_its_place(claim: Claim) -> None:
    paid(claim)
    first = failed_refund(claim, 600)
    second = actions.request_refund(claim=claim, amount_cents=600, reason="x", actor=PAYER)
    actions.execute_refund(refund=second, actor=CASHIER)
    actions.reject_refund(refund=first, actor=CASHIER)
    claim.refresh_from_db()
    assert (claim.state, claim.due_cents) == ("paid", 2000)
    assert queries.balance(claim).open_cents == 0


def overpaid(claim: Claim) -> None:
    """26,00 € are owed, 30,00 € came."""
    actions.record_incoming_transfer(
        claim=claim, amount=Money(3000), bank_reference="E-1", actor=CASHIER
    )


@pytest.mark.parametrize("cancelled", [False, True])
def test_an_overpayment_calls_the_cashier_each_time_its_refund_falls_through(
    claim: Claim, cancelled: bool
) -> None:
    overpaid(claim)
    if cancelled:
        actions.cancel_claim(claim=claim, reason="x", actor=CASHIER)
    cents = queries.balance(claim).overpaid_cents
    for _ in range(3):
        refund = actions.request_refund(claim=claim, amount_cents=cents, reason="x", actor=PAYER)
        assert not queries.open_issues().items
        actions.reject_refund(refund=refund, actor=CASHIER)
        assert [issue.amount_cents for issue in queries.open_issues().items] == [cents]
    raised = [name for name in event_names(claim) if name == "payment.issue"]
    assert len(raised) == (5 if cancelled else 4)


def test_an_overpayment_the_town_keeps_does_not_call_again(claim: Claim) -> None:
    overpaid(claim)
    issue = queries.open_issues().items[0]
    actions.resolve_issue(issue=issue, resolution="wird verrechnet", actor=CASHIER)
    refund = actions.request_refund(claim=claim, amount_cents=100, reason="x", actor=PAYER)
    rest = queries.open_issues().items[0]
    actions.resolve_issue(issue=rest, resolution="wird verrechnet", actor=CASHIER)
    actions.record_manual_refund(refund=refund, note="überwiesen", actor=CASHIER)
    assert not queries.open_issues().items


def test_each_failure_of_a_refund_calls_the_cashier(claim: Claim) -> None:
    paid(claim)
    refund = failed_refund(claim)
    for issue in queries.open_issues().items:
        actions.resolve_issue(issue=issue, resolution="noch einmal", actor=CASHIER)
    faults.switch_on("refund.failed")
    actions.execute_refund(refund=refund, actor=CASHIER)
    assert {issue.kind for issue in queries.open_issues().items} == {"refund_failed", "overpaid"}
