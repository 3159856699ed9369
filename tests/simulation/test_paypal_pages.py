"""The payer's page and the switch board of the simulated PayPal, without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.support.payments import approved, make_claim, order_of, start

from rathaus.core.jobs import run_pending
from rathaus.payments import actions
from rathaus.payments.models import Claim, PaymentAttempt
from rathaus.payments.providers.paypal import client as paypal_client
from rathaus.simulation.models import SimulatedFault, SimulatedOrder
from rathaus.simulation.paypal import faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(settings: Any, db: None) -> Claim:
    settings.SIMULATION = True
    settings.BASE_URL = "http://localhost:8000"
    settings.RATHAUS_PAYPAL = {
        "base_url": "http://localhost:8000/simulation/paypal",
        "client_id": "simulation",
        "client_secret": "simulation",
        "webhook_id": "WH-SIMULATION",
        "transport": "rathaus.simulation.paypal.transport.in_process",
    }
    paypal_client.forget_tokens()
    return make_claim()


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True, HTTP_HOST="localhost:8000")


def submit(browser: Client, address: str, **fields: str) -> Any:
    """Open the page, fill in its form, send it."""
    page = browser.get(address)
    assert page.status_code == 200
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    assert token
    return browser.post(address, {"csrfmiddlewaretoken": token[1], **fields})


def page_of(attempt: PaymentAttempt) -> str:
    return attempt.redirect_url.removeprefix("http://localhost:8000")


def test_page_says_that_it_is_a_simulation(claim: Claim, browser: Client) -> None:
    page = browser.get(page_of(start(claim))).content.decode()
    assert "Simulation" in page
    assert "26,00" in page
    assert claim.payment_reference in page
    assert "Gewerbe" not in page


def test_page_is_plain_and_has_names_for_everything(claim: Claim, browser: Client) -> None:
    page = browser.get(page_of(start(claim))).content.decode()
    assert page.count("<h1") == 1
    assert "<legend" in page
    for identifier in re.findall(r'<input[^>]* id="([^"]+)"', page):
        assert f'for="{identifier}"' in page
    assert " style=" not in page
    assert "onclick" not in page


def test_pay_leads_back_and_is_captured(claim: Claim, browser: Client) -> None:
    attempt = start(claim)
    back = submit(browser, page_of(attempt), action="pay", outcome="normal")
    assert back.status_code == 303
    assert back["Location"].startswith(
        f"http://localhost:8000/zahlung/{attempt.public_id}/zurueck/"
    )
    assert f"token={attempt.provider_reference}" in back["Location"]
    assert actions.settle(attempt).state == "confirmed"


def test_cancel_leads_to_the_cancel_address(claim: Claim, browser: Client) -> None:
    attempt = start(claim)
    back = submit(browser, page_of(attempt), action="cancel")
    assert f"/zahlung/{attempt.public_id}/abbruch/" in back["Location"]
    assert order_of(attempt).status == "PAYER_ACTION_REQUIRED"


def test_close_without_coming_back(claim: Claim, browser: Client) -> None:
    attempt = start(claim)
    closed = submit(browser, page_of(attempt), action="close", outcome="normal")
    assert browser.get(closed["Location"]).status_code == 200
    run_pending()
    attempt.refresh_from_db()
    assert attempt.state == "confirmed"


def test_foreign_return_address_is_not_followed(claim: Claim, browser: Client) -> None:
    attempt = start(claim)
    order = order_of(attempt)
    context = order.request["payment_source"]["paypal"]["experience_context"]
    context["return_url"] = "https://evil.example/"
    order.save()
    assert submit(browser, page_of(attempt), action="pay").status_code == 400


def test_unknown_choice_and_unknown_order(claim: Claim, browser: Client) -> None:
    attempt = start(claim)
    assert submit(browser, page_of(attempt), action="pay", outcome="gratis").status_code == 400
    assert browser.get("/simulation/paypal/bezahlen/NICHTDA/").status_code == 404


def test_switch_board(claim: Claim, browser: Client) -> None:
    address = "/simulation/paypal/schalter/"
    submit(browser, address, name="capture.503", times="2")
    assert SimulatedFault.objects.get().remaining == 2
    submit(browser, address, name="capture.503", times="x")
    submit(browser, address, name="<script>", times="1")
    assert SimulatedFault.objects.get().remaining == 1
    assert "an: 1" in browser.get(address).content.decode()


@pytest.mark.parametrize(
    ("outcome", "action", "state"),
    [
        ("echeck", "complete", "confirmed"),
        ("echeck", "deny", "failed"),
        ("normal", "refund", "confirmed"),
        ("normal", "reverse", "confirmed"),
    ],
)
def test_what_happens_at_paypal(
    claim: Claim, browser: Client, outcome: str, action: str, state: str
) -> None:
    attempt = actions.settle(approved(claim, outcome))
    run_pending()
    page = browser.get("/simulation/paypal/schalter/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    assert f'value="{action}"' in page
    browser.post(
        f"/simulation/paypal/schalter/{attempt.provider_reference}/",
        {"csrfmiddlewaretoken": token[1], "action": action},
    )
    run_pending()
    attempt.refresh_from_db()
    claim.refresh_from_db()
    assert attempt.state == state
    assert (claim.state == "paid") is (action == "complete")


def test_order_can_expire_by_hand(claim: Claim, browser: Client) -> None:
    attempt = start(claim)
    SimulatedOrder.objects.update(voided=True)
    assert actions.settle(attempt).state == "expired"


def test_api_needs_credentials(claim: Claim, browser: Client) -> None:
    base = "/simulation/paypal"
    assert browser.post(f"{base}/v1/oauth2/token").status_code == 401
    assert browser.post(f"{base}/v2/checkout/orders").status_code == 401
    assert browser.get(f"{base}/v2/checkout/orders/X").status_code == 401


def test_every_fault_has_a_text() -> None:
    assert all(str(text) for text in faults.NAMES.values())
    with pytest.raises(KeyError):
        faults.switch_on("no.such.fault")
