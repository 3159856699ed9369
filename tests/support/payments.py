"""A payer, a claim and PayPal's side of things, for tests."""

from __future__ import annotations

from datetime import date

from rathaus.core.actors import Actor
from rathaus.core.events import new_chain
from rathaus.core.jobs import run_pending
from rathaus.core.models import Event
from rathaus.payments import actions
from rathaus.payments.fees import FeeLine
from rathaus.payments.jobs import poll
from rathaus.payments.models import Claim, PaymentAttempt
from rathaus.simulation.models import SimulatedOrder
from rathaus.simulation.paypal import engine

PAYER = Actor.resident("draft-1")
CASHIER = Actor.staff("cashier-1", "Kim Kasse", "kasse")
SECOND_CASHIER = Actor.staff("cashier-2", "Toni Kasse", "kasse")
RETURN = "http://localhost:8000/zahlung/{attempt}/zurueck/"
CANCEL = "http://localhost:8000/zahlung/{attempt}/abbruch/"


def line(cents: int) -> FeeLine:
    """A fee line of that amount."""
    return FeeLine(
        key="fee",
        label="Gewerbeanmeldung",
        quantity=1,
        unit_cents=cents,
        total_cents=cents,
        legal_basis="Beispiel",
    )


def make_claim(cents: int = 2600) -> Claim:
    """A claim over `cents` on a chain of its own."""
    return actions.create_claim(
        chain=new_chain("case"),
        lines=[line(cents)],
        purpose="Gewerbe anmelden",
        policy="before",
        due_on=date(2026, 12, 31),
        actor=PAYER,
    )


def start(claim: Claim, provider: str = "paypal") -> PaymentAttempt:
    """The resident chooses a way to pay."""
    return actions.start_attempt(
        claim=claim, provider=provider, actor=PAYER, return_url=RETURN, cancel_url=CANCEL
    )


def order_of(attempt: PaymentAttempt) -> SimulatedOrder:
    """The order at the simulated PayPal."""
    return SimulatedOrder.objects.get(order_id=attempt.provider_reference)


def approve(attempt: PaymentAttempt, outcome: str = "normal") -> None:
    """The payer approves there; no webhook is delivered before the jobs run."""
    assert engine.approve(order_of(attempt), outcome)


def approved(claim: Claim, outcome: str = "normal") -> PaymentAttempt:
    """An attempt that the payer has just approved."""
    attempt = start(claim)
    approve(attempt, outcome)
    return attempt


def paid(claim: Claim) -> PaymentAttempt:
    """An attempt whose money has arrived."""
    attempt = actions.settle(approved(claim))
    assert attempt.state == "confirmed"
    return attempt


def work() -> None:
    """What cron and the worker do."""
    poll()
    run_pending()


def captures() -> int:
    """How many captures the simulated PayPal has made."""
    return SimulatedOrder.objects.exclude(capture_id="").count()


def event_names(claim: Claim) -> list[str]:
    """The history of the claim's case."""
    return list(
        Event.objects.filter(chain=claim.chain).order_by("seq").values_list("type", flat=True)
    )
