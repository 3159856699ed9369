"""Registering, reading the mail and signing out, as people do it in the browser."""

from __future__ import annotations

import re
import uuid

from playwright.sync_api import Page, expect

PASSWORD = "Storch auf dem Deich 7"


def new_address() -> str:
    return f"{uuid.uuid4().hex[:12]}@example.org"


def read_code(page: Page, address: str) -> str:
    """The code in the newest mail to an address, from the simulated mailbox."""
    box = page.context.new_page()
    for _ in range(40):
        box.goto("/simulation/post/")
        row = box.locator("tr, li, article", has_text=address).first
        if row.count():
            row.get_by_role("link").first.click()
            found = re.search(r"\b\d{4}-\d{4}\b", box.locator("main").inner_text())
            if found:
                box.close()
                return found[0]
        box.wait_for_timeout(250)
    raise AssertionError(f"no code for {address}")


def add_authenticator(page: Page) -> None:
    """A passkey reader as built into a phone, by Chromium's protocol."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def sign_out(page: Page) -> None:
    page.locator("header").get_by_role("button", name="Abmelden").first.click()
    expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()


def register(page: Page, address: str) -> None:
    """With password, by hand."""
    page.goto("/konto/registrieren/")
    page.get_by_label("E-Mail-Adresse", exact=True).fill(address)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_label("Ich stimme den Nutzungsbedingungen zu.").check()
    page.get_by_role("button", name="Weiter").click()
    page.get_by_label("Code", exact=True).fill(read_code(page, address))
    page.get_by_role("button", name="Bestätigen").click()
    expect(page).to_have_url(re.compile(r"/konto/$"))
