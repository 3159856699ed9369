"""A fee that is still to pay is named as long as it is open, with the day until which."""

from __future__ import annotations

import pytest
from django.core import mail

from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.core.money import Money
from rathaus.payments.actions import record_counter_payment
from rathaus.payments.models import PaymentAttempt
from rathaus.proceedings import queries
from rathaus.proceedings.models import Application
from rathaus.theme.formats import weekday_long
from tests.portal.browser import Browser

TRADE, PREPAID = "gewerbe-anmelden", "meldebescheinigung-einfach"
NOTHING = "müssen nichts tun"


def pay(application: Application, cents: int) -> None:
    staff = Actor("staff", "1", "Insa Cordes")
    record_counter_payment(claim=application.claim, amount=Money(cents), method="cash", staff=staff)


def test_a_fee_that_the_case_does_not_wait_for_is_not_hushed_up(resident: Browser) -> None:
    application = resident.apply(TRADE)
    day = weekday_long(application.claim.due_on)
    assert NOTHING not in resident.page and day in resident.page
    status = f"/vorgang/{application.public_id}/"
    resident.get(status)
    assert NOTHING not in resident.page
    assert f"Gebühr bitte bis {day} bezahlen" in resident.page
    pay(application, application.claim.due_cents)
    resident.get(status)
    assert NOTHING in resident.page and "Gebühr bitte bis" not in resident.page


@pytest.mark.parametrize("state", ["decided", "rejected"])
def test_what_is_decided_is_not_done_while_the_fee_is_open(state: str, resident: Browser) -> None:
    application = resident.apply(TRADE)
    Application.objects.filter(pk=application.pk).update(state=state)
    resident.get(f"/vorgang/{application.public_id}/")
    assert "Gebühr bitte bis" in resident.page
    application.refresh_from_db()
    assert queries.what_now(application).title != "Erledigt"


def test_who_has_paid_at_paypal_is_not_asked_again_while_it_is_checked(resident: Browser) -> None:
    application = resident.apply(TRADE)
    attempt = PaymentAttempt(provider="paypal", state="pending")
    assert not queries.what_now(application, attempt=attempt).owes


def test_a_part_that_was_paid_is_shown(resident: Browser) -> None:
    application = resident.apply(PREPAID)
    pay(application, 500)
    open_cents = application.claim.due_cents - 500
    resident.get(f"/vorgang/{application.public_id}/bestaetigung/")
    assert f"Jetzt {Money(open_cents).format()} bezahlen" in resident.page
    resident.get(f"/vorgang/{application.public_id}/")
    said = f"Bezahlt: {Money(500).format()}, noch offen: {Money(open_cents).format()}"
    assert said in resident.page


def test_the_first_mail_says_that_nothing_begins_before_the_fee_is_paid(resident: Browser) -> None:
    resident.apply(PREPAID)
    run_pending()
    (sent,) = mail.outbox
    assert "Wir beginnen, sobald sie bezahlt ist" in sent.body
    mail.outbox.clear()
    resident.apply(TRADE)
    run_pending()
    assert all("Wir beginnen, sobald" not in sent.body for sent in mail.outbox)
