"""Paying: PayPal's stand-in, invoice, counter; leaving, coming back, never coming back."""

from __future__ import annotations

import re
import uuid

import pytest

from rathaus.core.actors import Actor
from rathaus.core.clock import today
from rathaus.core.jobs import run_pending
from rathaus.core.money import Money
from rathaus.payments import actions
from rathaus.payments.models import Claim, PaymentAttempt
from rathaus.portal.views import payment
from rathaus.proceedings.models import Application
from rathaus.simulation.models import SimulatedOrder
from rathaus.simulation.paypal import engine
from rathaus.theme import formats
from tests.portal.browser import Browser

pytestmark = pytest.mark.django_db(transaction=True)
SLUG = "meldebescheinigung-einfach"


def to_paypal(resident: Browser) -> tuple[Application, PaymentAttempt, SimulatedOrder]:
    application = resident.apply(SLUG)
    resident.get(f"/vorgang/{application.public_id}/bezahlen/")
    assert "PayPal" in resident.page
    token = resident.client.cookies["csrftoken"].value
    response = resident.client.post(
        resident.path, {"provider": "paypal", "csrfmiddlewaretoken": token}
    )
    assert response.status_code == 303, response.content[:500]
    assert response["Location"].startswith("http://testserver/simulation/paypal/")
    attempt = PaymentAttempt.objects.get()
    return application, attempt, SimulatedOrder.objects.get(order_id=attempt.provider_reference)


def test_paid_by_paypal(resident: Browser) -> None:
    application, attempt, order = to_paypal(resident)
    engine.approve(order)
    resident.get(f"/zahlung/{attempt.public_id}/zurueck/?token=x&PayerID=y")
    assert "Ihre Zahlung ist da" in resident.page
    application.refresh_from_db()
    assert application.state == "received"
    run_pending()
    resident.get(f"/vorgang/{application.public_id}/")
    assert "Zahlungsbeleg" in resident.page
    assert "bezahlt" in resident.page


def test_return_page_needs_no_cookie_and_tells_nothing_personal(
    resident: Browser, stranger: Browser
) -> None:
    application, attempt, order = to_paypal(resident)
    engine.approve(order)
    stranger.get(f"/zahlung/{attempt.public_id}/zurueck/")
    assert "Ihre Zahlung ist da" in stranger.page
    assert application.reference not in stranger.page
    assert application.applicant_name not in stranger.page
    assert str(application.public_id) not in stranger.page


def test_typed_return_address_pays_nothing(resident: Browser) -> None:
    application, attempt, _order = to_paypal(resident)
    resident.get(f"/zahlung/{attempt.public_id}/zurueck/?token=paid&status=COMPLETED")
    assert "noch nicht abgeschlossen" in resident.page
    application.refresh_from_db()
    assert application.state == "awaiting_payment"


def test_cancel_and_pay_later_by_invoice(resident: Browser) -> None:
    application, attempt, _order = to_paypal(resident)
    resident.get(f"/zahlung/{attempt.public_id}/abbruch/")
    assert "abgebrochen" in resident.page
    resident.get(f"/vorgang/{application.public_id}/bezahlen/")
    resident.post({"provider": "transfer"})
    assert resident.path == f"/vorgang/{application.public_id}/bezahlen/rechnung/"
    claim = Application.objects.get(pk=application.pk).claim
    assert claim.payment_reference in resident.page
    assert "<svg" in resident.page
    resident.get(f"/vorgang/{application.public_id}/")
    assert "Wir warten auf Ihre Überweisung" in resident.page


def part(application: Application, entry: str, left: int = 600) -> None:
    """All but `left` cents arrive on the town's account."""
    assert application.claim is not None
    actions.record_incoming_transfer(
        claim=application.claim,
        amount=Money(application.claim.amount_cents - left),
        bank_reference=entry,
        actor=Actor.staff("k", "Kasse"),
    )


def test_the_invoice_asks_for_what_is_still_open(resident: Browser) -> None:
    application = resident.apply(SLUG)
    assert application.claim is not None
    resident.get(f"/vorgang/{application.public_id}/bezahlen/")
    resident.post({"provider": "transfer"})
    part(application, "E-1")
    resident.get(f"/vorgang/{application.public_id}/")
    assert "/bezahlen/rechnung/" in resident.page
    for _ in range(2):  # looking twice makes no second invoice
        resident.get(f"/vorgang/{application.public_id}/bezahlen/rechnung/")
        assert re.search(r"6,00\s€ überweisen", resident.page)
        assert resident.response.context["bank"]["amount"] == Money(600)  # of the code, too
    open_invoices = application.claim.attempts.filter(state="awaiting_payer", amount_cents=600)
    assert open_invoices.count() == 1
    actions.record_incoming_transfer(
        claim=application.claim,
        amount=Money(600),
        bank_reference="E-2",
        actor=Actor.staff("k", "Kasse"),
    )
    application.claim.refresh_from_db()
    assert application.claim.state == "paid"
    assert not application.claim.attempts.filter(state="awaiting_payer").exists()


def test_no_second_invoice_while_paypal_is_unclear(resident: Browser) -> None:
    application, attempt, _order = to_paypal(resident)
    actions.cancel_attempt(attempt=attempt, actor=Actor.resident("r"))
    resident.get(f"/vorgang/{application.public_id}/bezahlen/")
    resident.post({"provider": "transfer"})
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state="unknown")
    resident.get(f"/vorgang/{application.public_id}/bezahlen/rechnung/")
    assert "überweisen" in resident.page
    part(application, "E-1")
    resident.get(f"/vorgang/{application.public_id}/bezahlen/rechnung/")
    assert resident.path == f"/vorgang/{application.public_id}/bezahlen/"


def test_a_transfer_nobody_announced_is_no_invoice(resident: Browser) -> None:
    application = resident.apply(SLUG)
    part(application, "E-1")
    resident.get(f"/vorgang/{application.public_id}/bezahlen/rechnung/")
    assert resident.path == f"/vorgang/{application.public_id}/bezahlen/"
    assert re.search(r"6,00\s€ bezahlen", resident.page)


def test_unknown_attempt(resident: Browser) -> None:
    resident.get(f"/zahlung/{uuid.uuid4()}/zurueck/")
    assert resident.status == 404
    resident.get("/zahlung/nicht-da/abbruch/")
    assert resident.status == 404


def test_counter_shows_where_when_and_the_reference(resident: Browser) -> None:
    application = resident.apply(SLUG)
    resident.get(f"/vorgang/{application.public_id}/bezahlen/")
    resident.post({"provider": "counter"})
    assert resident.path.endswith("/bezahlen/schalter/")
    assert application.claim.payment_reference in resident.page
    assert "Montag" in resident.page


def test_who_comes_to_the_counter_is_not_asked_for_a_transfer(resident: Browser) -> None:
    application = resident.apply(SLUG)
    assert application.claim is not None
    pay, status = (f"/vorgang/{application.public_id}/{page}" for page in ("bezahlen/", ""))
    resident.get(pay)
    resident.post({"provider": "transfer"})
    resident.get(pay)
    resident.post({"provider": "counter"})
    assert resident.path.endswith("/bezahlen/schalter/")
    resident.get(status)
    assert "Überweisung" not in resident.page and "Bankdaten" not in resident.page
    assert "die Gebühr ist noch offen" in resident.page
    (given_up,) = application.claim.attempts.all()
    assert (given_up.state, given_up.reason) == ("cancelled", "COUNTER_CHOSEN")
    part(application, "E-9", left=0)  # the transfer was on its way all the same
    application.refresh_from_db()
    assert application.state == "received"


def test_the_pay_page_lists_what_came_and_what_is_left(resident: Browser) -> None:
    application = resident.apply(SLUG)
    assert application.claim is not None
    resident.get(f"/vorgang/{application.public_id}/bezahlen/")
    assert "Noch zu zahlen" not in resident.page
    cents = application.claim.amount_cents
    part(application, "E-1", left=600)
    Claim.objects.update(waived_cents=100)
    resident.get(f"/vorgang/{application.public_id}/bezahlen/")
    table = " ".join(re.sub(r"<[^>]+>|&nbsp;", " ", resident.page.split("<tfoot>")[1]).split())
    for row in (
        f"Zusammen {Money(cents).format()}",
        f"Davon erlassen − {Money(100).format()}",
        f"Bezahlt am {formats.day(today())} − {Money(cents - 600).format()}",
        f"Noch zu zahlen {Money(500).format()}",
    ):
        assert " ".join(row.split()) in table


def test_unknown_way_to_pay(resident: Browser) -> None:
    application = resident.apply(SLUG)
    resident.get(f"/vorgang/{application.public_id}/bezahlen/")
    resident.post({"provider": "goldbarren"})
    assert resident.status == 200
    assert "steht nicht zur Verfügung" in resident.page
    assert PaymentAttempt.objects.count() == 0


def test_nothing_to_pay(resident: Browser) -> None:
    application = resident.apply("hund-anmelden")
    for page in ("bezahlen/", "bezahlen/rechnung/", "bezahlen/schalter/"):
        resident.get(f"/vorgang/{application.public_id}/{page}")
        assert resident.path == f"/vorgang/{application.public_id}/"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://www.paypal.com/checkoutnow?token=1", True),
        ("https://www.sandbox.paypal.com/checkoutnow?token=1", True),
        ("http://testserver/simulation/paypal/bezahlen/1/", True),
        ("http://www.paypal.com/checkoutnow", False),
        ("https://www.paypal.com.evil.example/", False),
        ("https://evil.example/www.paypal.com", False),
        ("https://www.paypal.com@evil.example/", False),
        ("//evil.example/", False),
        ("javascript:alert(1)", False),
        ("http://testserver/arbeit/", False),
        ("", False),
    ],
)
def test_nobody_is_sent_anywhere_else(url: str, allowed: bool) -> None:
    assert payment._is_allowed(url) is allowed


def test_paypal_silent(resident: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from rathaus.payments.providers.base import NotReached, registry

    def silent(attempt: PaymentAttempt) -> None:
        raise NotReached("TIMEOUT")

    application = resident.apply(SLUG)
    monkeypatch.setattr(registry.get("paypal"), "start", silent)
    resident.get(f"/vorgang/{application.public_id}/bezahlen/")
    resident.post({"provider": "paypal"})
    assert "antwortet gerade nicht" in resident.page
    resident.post({"provider": "transfer"})
    assert resident.path.endswith("/rechnung/")
