"""Claims, counter, transfers, refunds, the cashier's lists."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum import iso11649
from tests.support.payments import (
    CASHIER,
    PAYER,
    SECOND_CASHIER,
    event_names,
    make_claim,
    order_of,
    paid,
    start,
    work,
)

from rathaus.core import clock
from rathaus.core.events import verify_chain
from rathaus.core.money import Money
from rathaus.payments import actions, errors, queries
from rathaus.payments.models import Claim, PaymentIssue
from rathaus.simulation.paypal import faults

pytestmark = pytest.mark.django_db


def test_payment_reference_is_a_valid_creditor_reference(claim: Claim) -> None:
    assert iso11649.is_valid(claim.payment_reference)
    assert make_claim().payment_reference != claim.payment_reference


def test_g1_nothing_owed_never_goes_to_a_provider(db: None) -> None:
    free = make_claim(0)
    assert free.state == "paid"
    for provider in ("paypal", "transfer"):
        with pytest.raises(errors.PaymentError):
            start(free, provider)
    assert not free.attempts.exists()


def test_unknown_provider(claim: Claim) -> None:
    with pytest.raises(errors.ProviderNotAvailable):
        start(claim, "giropay")


def test_paypal_is_not_offered_without_credentials(claim: Claim, settings: object) -> None:
    settings.RATHAUS_PAYPAL = {"base_url": ""}  # type: ignore[attr-defined]
    assert "paypal" not in [way.key for way in queries.providers()]
    with pytest.raises(errors.ProviderNotAvailable):
        start(claim)


def test_counter_payment_with_receipt(claim: Claim) -> None:
    receipt = actions.record_counter_payment(
        claim=claim, amount=Money(2600), method="cash", staff=CASHIER
    )
    assert receipt.number.startswith("Q-")
    assert claim.state == "paid"
    with pytest.raises(errors.ClaimNotPayable):
        actions.record_counter_payment(
            claim=claim, amount=Money(2600), method="cash", staff=CASHIER
        )


@pytest.mark.parametrize("amount", [Money(0), Money(-1), Money(2601), Money(100, "USD")])
def test_counter_refuses_wrong_amounts(claim: Claim, amount: Money) -> None:
    with pytest.raises(errors.AmountWrong):
        actions.record_counter_payment(claim=claim, amount=amount, method="cash", staff=CASHIER)
    assert not claim.attempts.exists()


def test_part_at_the_counter_rest_by_paypal(claim: Claim) -> None:
    actions.record_counter_payment(claim=claim, amount=Money(600), method="card", staff=CASHIER)
    assert claim.state == "open"
    assert paid(claim).received_cents == 2000
    claim.refresh_from_db()
    assert claim.state == "paid"


def test_bank_entry_is_booked_once(claim: Claim) -> None:
    for _ in range(2):
        actions.record_incoming_transfer(
            claim=claim, amount=Money(2600), bank_reference="2026-11-22/17", actor=CASHIER
        )
    assert claim.attempts.count() == 1
    assert claim.state == "paid"


def test_transfer_after_paypal_is_an_overpayment(claim: Claim) -> None:
    paid(claim)
    actions.record_incoming_transfer(
        claim=claim, amount=Money(2600), bank_reference="B1", actor=CASHIER
    )
    claim.refresh_from_db()
    assert claim.state == "overpaid"
    assert queries.open_issues().items[0].kind == "overpaid"


def test_refund_in_part_lowers_what_is_owed(claim: Claim) -> None:
    paid(claim)
    refund = actions.request_refund(
        claim=claim, amount_cents=600, reason="Rahmengebühr", actor=CASHIER
    )
    actions.execute_refund(refund=refund, actor=CASHIER)
    claim.refresh_from_db()
    assert (refund.state, claim.state, claim.due_cents) == ("done", "paid", 2000)
    assert not PaymentIssue.objects.exists()


def test_refund_when_the_application_falls_away(claim: Claim) -> None:
    paid(claim)
    actions.cancel_claim(claim=claim, reason="abgelehnt", actor=PAYER, refund=True)
    refund = claim.refunds.get()
    actions.execute_refund(refund=refund, actor=CASHIER)
    assert queries.balance(claim).refunded_cents == 2600
    assert not PaymentIssue.objects.exists()


@pytest.mark.parametrize("cents", [0, -5])
def test_refund_of_nothing(claim: Claim, cents: int) -> None:
    with pytest.raises(errors.AmountWrong):
        actions.request_refund(claim=claim, amount_cents=cents, reason="x", actor=CASHIER)


def test_refund_of_more_than_there_is(claim: Claim) -> None:
    paid(claim)
    actions.request_refund(claim=claim, amount_cents=2000, reason="x", actor=CASHIER)
    with pytest.raises(errors.RefundTooLarge) as caught:
        actions.request_refund(claim=claim, amount_cents=601, reason="x", actor=CASHIER)
    assert caught.value.refundable_cents == 600


def test_g8_a_large_refund_needs_a_second_person(db: None) -> None:
    claim = make_claim(9000)
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=9000, reason="x", actor=CASHIER)
    with pytest.raises(errors.FourEyesRequired):
        actions.execute_refund(refund=refund, actor=CASHIER)
    actions.execute_refund(refund=refund, actor=SECOND_CASHIER)
    assert refund.state == "done"


def test_refund_of_cash_is_done_by_hand(claim: Claim) -> None:
    actions.record_counter_payment(claim=claim, amount=Money(2600), method="cash", staff=CASHIER)
    refund = actions.request_refund(claim=claim, amount_cents=2600, reason="x", actor=PAYER)
    with pytest.raises(errors.ManualRefundNeeded):
        actions.execute_refund(refund=refund, actor=CASHIER)
    actions.record_manual_refund(refund=refund, note="bar ausgezahlt", actor=CASHIER)
    assert refund.state == "done"
    actions.record_manual_refund(refund=refund, note="noch einmal", actor=CASHIER)
    assert queries.balance(claim).refunded_cents == 2600


def test_rejected_refund_is_owed_again(claim: Claim) -> None:
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=600, reason="x", actor=PAYER)
    actions.reject_refund(refund=refund, actor=CASHIER)
    claim.refresh_from_db()
    assert (refund.state, claim.due_cents, claim.state) == ("rejected", 2600, "paid")


def test_f21_refund_timeout_then_found(claim: Claim) -> None:
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=600, reason="x", actor=PAYER)
    faults.switch_on("refund.timeout_after")
    actions.execute_refund(refund=refund, actor=CASHIER)
    assert refund.state == "unknown"
    with time_machine.travel(clock.now() + timedelta(hours=8), tick=True):
        work()
    refund.refresh_from_db()
    assert refund.state == "done"
    assert order_of(refund.attempt).refunds.count() == 1


def test_f21_refund_pending_then_done(claim: Claim) -> None:
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=600, reason="x", actor=PAYER)
    faults.switch_on("refund.pending")
    actions.execute_refund(refund=refund, actor=CASHIER)
    assert refund.state == "pending"
    order_of(refund.attempt).refunds.update(status="COMPLETED")
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=True):
        work()
    refund.refresh_from_db()
    assert refund.state == "done"


def test_f21_failed_refund_is_a_work_item(claim: Claim) -> None:
    paid(claim)
    refund = actions.request_refund(claim=claim, amount_cents=600, reason="x", actor=PAYER)
    faults.switch_on("refund.failed")
    actions.execute_refund(refund=refund, actor=CASHIER)
    claim.refresh_from_db()
    assert (refund.state, claim.state) == ("failed", "overpaid")
    kinds = {issue.kind for issue in queries.open_issues().items}
    assert kinds == {"refund_failed", "overpaid"}
    actions.record_manual_refund(refund=refund, note="überwiesen", actor=CASHIER)
    claim.refresh_from_db()
    assert claim.state == "paid"


def test_issue_is_resolved_once(claim: Claim) -> None:
    paid(claim)
    actions.record_incoming_transfer(
        claim=claim, amount=Money(1), bank_reference="B1", actor=CASHIER
    )
    issue = queries.open_issues().items[0]
    assert actions.resolve_issue(issue=issue, resolution="Bagatelle", actor=CASHIER)
    assert not actions.resolve_issue(issue=issue, resolution="noch einmal", actor=CASHIER)
    assert not queries.open_issues().items


def test_g9_history_is_complete_and_verifies(claim: Claim) -> None:
    paid(claim)
    actions.cancel_claim(claim=claim, reason="Frau Muster ist verzogen", actor=CASHIER, refund=True)
    actions.execute_refund(refund=claim.refunds.get(), actor=CASHIER)
    assert event_names(claim) == [
        "claim.created",
        "attempt.started",
        "attempt.confirmed",
        "claim.paid",
        "claim.cancelled",
        "refund.requested",
        "refund.done",
    ]
    claim.chain.refresh_from_db()
    assert verify_chain(claim.chain) == []
    assert all("Muster" not in str(event.data) for event in claim.chain.events.all())


def test_lists_are_paged_by_key(db: None) -> None:
    made = [make_claim() for _ in range(5)]
    first = queries.claims(state="open", limit=2)
    second = queries.claims(state="open", after=first.after, limit=2)
    third = queries.claims(state="open", after=second.after, limit=2)
    found = first.items + second.items + third.items
    assert [claim.pk for claim in found] == [claim.pk for claim in reversed(made)]
    assert third.after == ""


@pytest.mark.parametrize(
    "cursor", ["x", "~", "2026-01-01~1", "2026-01-01T00:00:00+00:00~x", "9" * 99]
)
def test_foreign_cursor(db: None, cursor: str) -> None:
    with pytest.raises(queries.BadCursor):
        queries.claims(after=cursor)


def test_number_of_queries_does_not_grow(django_assert_num_queries: object, db: None) -> None:
    for _ in range(12):
        paid(make_claim())
    for lister in (queries.claims, queries.payments, queries.open_issues, queries.refunds):
        with django_assert_num_queries(1):  # type: ignore[operator]
            [str(getattr(row, "claim", row)) for row in lister().items]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.sampled_from(["cash", "transfer", "refund", "cancel"]), st.integers(1, 3000)),
        max_size=7,
    )
)
def test_books_always_balance(db: None, steps: list[tuple[str, int]]) -> None:
    """Whatever cashiers do in whatever order, state and money agree."""
    claim = make_claim()
    for number, (kind, cents) in enumerate(steps):
        try:
            if kind == "cash":
                actions.record_counter_payment(
                    claim=claim, amount=Money(cents), method="cash", staff=CASHIER
                )
            elif kind == "transfer":
                actions.record_incoming_transfer(
                    claim=claim,
                    amount=Money(cents),
                    bank_reference=f"{claim.payment_reference}/{number}",
                    actor=CASHIER,
                )
            elif kind == "refund":
                refund = actions.request_refund(
                    claim=claim, amount_cents=cents, reason="x", actor=PAYER
                )
                actions.record_manual_refund(refund=refund, note="", actor=CASHIER)
            else:
                actions.cancel_claim(claim=claim, reason="x", actor=CASHIER)
        except errors.PaymentError:
            pass
        claim.refresh_from_db()
        balance = queries.balance(claim)
        assert balance.refunded_cents <= balance.confirmed_cents
        assert 0 <= claim.waived_cents <= claim.amount_cents
        if claim.state != "cancelled":
            expected = (
                "overpaid" if balance.overpaid_cents else ("paid" if balance.is_paid else "open")
            )
            assert claim.state == expected
        has_issue = claim.issues.filter(state="open", kind__in=["overpaid", "duplicate"]).exists()
        assert has_issue == bool(balance.overpaid_cents)
