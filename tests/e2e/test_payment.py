"""Paying online does not always go straight: cancelled, never returned, by invoice after all."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Opener
from tests.e2e.people import Resident, Sent

SERVICE = "meldebescheinigung-einfach"


def at_paypal(resident: Resident) -> Sent:
    """An application that has to be paid first, and the resident on PayPal's page."""
    sent = resident.apply(SERVICE)
    resident.page.get_by_role("link", name=re.compile("Jetzt .* bezahlen")).click()
    resident.choose_paypal()
    return sent


def test_cancels_and_pays_later(open_page: Opener) -> None:
    resident = Resident(open_page())
    page = resident.page
    sent = at_paypal(resident)
    resident.press("Abbrechen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie haben die Zahlung abgebrochen")
    expect(page.locator("main")).to_contain_text("Ihr Antrag ist gespeichert")
    page.goto(sent.path)
    page.get_by_role("link", name="Jetzt bezahlen").first.click()
    resident.choose_paypal()
    resident.press("Bezahlen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Danke, Ihre Zahlung ist da")
    page.goto(sent.path)
    expect(page.locator(".rh-side")).to_contain_text("bezahlt")
    expect(page.get_by_role("link", name="Jetzt bezahlen")).to_have_count(0)


def test_cancels_and_takes_the_invoice(open_page: Opener) -> None:
    resident = Resident(open_page(phone=True, javascript=False))
    page = resident.page
    sent = at_paypal(resident)
    resident.press("Abbrechen")
    page.get_by_role("link", name="Zahlungsart wählen").click()
    page.locator("button[name=provider][value=transfer]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("7,50\u00a0€ überweisen")
    expect(page.locator(".rh-bank")).to_contain_text(re.compile(r"RF\d\d"))
    expect(page.locator(".rh-qr svg")).to_be_visible()
    page.goto(sent.path)
    expect(page.get_by_role("link", name="Bankdaten ansehen")).to_be_visible()


def test_never_returns_from_paypal(open_page: Opener) -> None:
    """The browser is closed on PayPal's page: the notice from PayPal is enough."""
    resident = Resident(open_page())
    sent = at_paypal(resident)
    resident.press("Bezahlen und Seite schließen")
    expect(resident.page.get_by_role("heading", level=1)).to_have_text(
        "Sie sind nicht zurückgekehrt"
    )
    resident.page.context.close()
    later = Resident(open_page())
    later.open_case(sent)
    later.wait_for(".rh-side >> text=/bezahlt$/")
    expect(later.page.locator(".rh-timeline").first).to_contain_text(re.compile("[Bb]ezahlt"))


def test_declined_card_can_be_tried_again(open_page: Opener) -> None:
    resident = Resident(open_page())
    page = resident.page
    sent = at_paypal(resident)
    page.locator("#outcome-declined").check()
    resident.press("Bezahlen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Abgelehnt")
    expect(page.locator("main")).to_contain_text("Es wurde nichts abgebucht")
    page.goto(sent.path)
    expect(page.get_by_role("link", name="Jetzt bezahlen").first).to_be_visible()


def test_a_made_up_return_address_proves_no_payment(open_page: Opener) -> None:
    resident = Resident(open_page())
    page = resident.page
    sent = at_paypal(resident)
    order = page.url
    page.goto(f"/zahlung/{'0' * 8}-0000-4000-8000-{'0' * 12}/zurueck/?PayerID=X&token=Y")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Danke, Ihre Zahlung ist da")
    page.goto(sent.path)
    expect(page.get_by_role("link", name="Jetzt bezahlen").first).to_be_visible()
    page.goto(order)
    expect(page.locator("button[name=action][value=pay]")).to_be_visible()
