"""Zahlungsbeleg: what really arrived, by which way and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.jobs import run_pending
from rathaus.core.money import Money
from rathaus.payments import actions as payments
from rathaus.payments.models import Claim, PaymentAttempt
from rathaus.proceedings import documents
from rathaus.theme.documents import PaymentReceiptData
from tests.proceedings.conftest import acting, clerk, new_application

pytestmark = pytest.mark.django_db
PAYER = Actor.resident("r")


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the documents made say."""
    found: list[Any] = []
    real = documents.letters.render

    def render(data: Any) -> bytes:
        found.append(data)
        return real(data)

    monkeypatch.setattr(documents.letters, "render", render)
    return found


@pytest.fixture
def claim(town: None) -> Claim:
    claim = new_application("meldebescheinigung-einfach").claim
    assert claim is not None
    run_pending()
    return claim


def receipt(printed: list[Any]) -> PaymentReceiptData:
    """The receipt as the worker makes it, an hour after the money came."""
    with time_machine.travel(now() + timedelta(hours=1)):
        run_pending()
    return next(data for data in printed if isinstance(data, PaymentReceiptData))


def test_a_way_that_was_given_up_is_not_on_the_receipt(claim: Claim, printed: list[Any]) -> None:
    payments.choose_local(claim=claim, provider="transfer", actor=PAYER)
    given_up = PaymentAttempt.objects.create(
        claim=claim, number=2, provider="paypal", provider_reference="ORDER-1",
        amount_cents=claim.amount_cents, state="cancelled", state_since=now(), created_at=now(),
    )  # fmt: skip
    came = payments.record_incoming_transfer(
        claim=claim, amount=claim.amount, bank_reference="2026-11-22/17", actor=PAYER
    )
    assert given_up.number > came.number
    paper = receipt(printed)
    assert paper.method == "Rechnung (Überweisung)"
    assert paper.transaction == "2026-11-22/17"
    assert paper.paid_at == came.confirmed_at
    assert paper.issued_at is not None
    assert paper.issued_at > paper.paid_at


def test_parts_are_all_named_with_the_day_of_the_last(claim: Claim, printed: list[Any]) -> None:
    cashier = acting(clerk("stadtkasse"))
    first = payments.record_counter_payment(
        claim=claim, amount=Money(100), method="cash", staff=cashier
    )
    last = payments.record_incoming_transfer(
        claim=claim, amount=Money(claim.amount_cents - 100), bank_reference="E-2", actor=cashier
    )
    paper = receipt(printed)
    assert paper.transaction == f"{first.number}, E-2"
    assert paper.method.endswith(", Rechnung (Überweisung)")
    assert paper.amount_cents == claim.amount_cents
    assert paper.paid_at == last.confirmed_at
