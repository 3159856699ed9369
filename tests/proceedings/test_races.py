"""Two things at once to one case: no money is lost, nothing is doubled, nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from rathaus.core.money import Money
from rathaus.payments import actions as payments
from rathaus.payments import errors, queries
from rathaus.payments.actions import cashdesk
from rathaus.payments.models import Claim, CounterReceipt
from rathaus.proceedings import actions, listeners
from rathaus.proceedings.actions import casework, dialogue, withdrawal
from rathaus.proceedings.models import Application
from rathaus.proceedings.states import MoveRefused, State
from tests.proceedings.conftest import acting, clerk, new_application

pytestmark = pytest.mark.django_db(transaction=True)
PAUSE = 1.5


def both(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Run both in threads with connections of their own; results or errors."""
    results: list[Any] = [None, None]

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            results[index] = call()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate((first, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


class Meeting:
    """Brings two processes to the point at which each holds what the other wants."""

    def __init__(self) -> None:
        self.arrived = [threading.Event(), threading.Event()]

    def before(self, who: int, real: Callable[..., Any]) -> Callable[..., Any]:
        """`real`, once the other one has arrived too, or cannot because it has to wait."""

        def met(*args: Any, **kwargs: Any) -> Any:
            self.arrived[who].set()
            self.arrived[1 - who].wait(PAUSE)
            return real(*args, **kwargs)

        return met


def at_the_counter(application: Application) -> Callable[[], CounterReceipt]:
    cashier = acting(clerk("stadtkasse"))
    claim_id, cents = application.claim_id, application.claim.amount_cents  # type: ignore[union-attr]

    def pay() -> CounterReceipt:
        claim = Claim.objects.get(pk=claim_id)
        return payments.record_counter_payment(
            claim=claim, amount=Money(cents), method="cash", staff=cashier
        )

    return pay


@pytest.mark.parametrize("what", ["withdraw", "release"])
def test_payment_and_clerk_at_the_same_instant(
    town: None, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    application = new_application("meldebescheinigung-einfach")
    pay = at_the_counter(application)
    meeting = Meeting()
    module = withdrawal if what == "withdraw" else casework
    monkeypatch.setattr(module, "record", meeting.before(0, module.record))
    monkeypatch.setattr(cashdesk, "_received", meeting.before(1, cashdesk._received))
    staff = acting(clerk("stadtkasse"))

    def move() -> None:
        mine = Application.objects.get(pk=application.pk)
        if what == "withdraw":
            actions.withdraw(application=mine, actor=staff)
        else:
            actions.release(application=mine, actor=staff)

    moved, paid = both(move, pay)
    assert moved is None or isinstance(moved, MoveRefused), moved
    assert isinstance(paid, CounterReceipt | errors.ClaimNotPayable), paid
    claim = Claim.objects.get(pk=application.claim_id)
    received = claim.amount_cents if isinstance(paid, CounterReceipt) else 0
    assert queries.balance(claim).confirmed_cents == received
    application.refresh_from_db()
    assert application.state != State.AWAITING_PAYMENT


def test_a_payment_stays_written_down_when_the_case_moved_meanwhile(
    town: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = new_application("meldebescheinigung-einfach")
    real = listeners.release

    def overtaken(**more: Any) -> None:
        Application.objects.filter(pk=application.pk).update(state=State.WITHDRAWN)
        real(**more)

    monkeypatch.setattr(listeners, "release", overtaken)
    receipt = at_the_counter(application)()
    assert receipt.attempt.state == "confirmed"
    claim = Claim.objects.get(pk=application.claim_id)
    assert claim.state == "paid"
    application.refresh_from_db()
    assert application.state == State.WITHDRAWN


def test_a_message_clicked_twice_at_once_is_one(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting, real = Meeting(), dialogue.filing.file_text
    numbers = iter((0, 1))

    def filing(*args: Any, **kwargs: Any) -> Any:
        return meeting.before(next(numbers), real)(*args, **kwargs)

    monkeypatch.setattr(dialogue.filing, "file_text", filing)

    def send() -> Any:
        row = Application.objects.get(pk=application.pk)
        return actions.send_message(
            application=row, text="Wann kommt die Marke?", actor=acting(clerk("steueramt"))
        )

    first, second = both(send, send)
    assert first == second
    assert application.messages.count() == 1
