"""A Servicekonto in the browser: with passkey, and with password on a phone without scripts."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.accounts import (
    PASSWORD,
    add_authenticator,
    new_address,
    read_code,
    register,
    sign_out,
)
from tests.e2e.conftest import Opener, Picture


def test_register_and_log_in_with_a_passkey(open_page: Opener, picture: Picture) -> None:
    page, address = open_page(), new_address()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    add_authenticator(page)
    page.goto("/")
    page.locator("header").get_by_role("link", name="Anmelden").first.click()
    picture(page, "konto-anmelden")
    page.get_by_role("link", name="Konto eröffnen").click()
    page.get_by_role("link", name="Ohne Passwort, mit Passkey").click()
    page.get_by_label("E-Mail-Adresse", exact=True).fill(address)
    page.get_by_label("Ich stimme den Nutzungsbedingungen zu.").check()
    page.get_by_role("button", name="Weiter").click()
    page.get_by_label("Code", exact=True).fill(read_code(page, address))
    page.get_by_role("button", name="Bestätigen").click()
    page.get_by_label("Name des Passkeys").fill("Mein Handy")
    page.get_by_role("button", name="Passkey anlegen").click()
    expect(page).to_have_url(re.compile(r"/konto/$"))
    page.goto("/konto/sicherheit/")
    expect(page.get_by_text("Mein Handy").first).to_be_visible()
    picture(page, "konto-sicherheit")
    sign_out(page)
    page.goto("/konto/anmelden/")
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page).to_have_url(re.compile(r"/konto/$"))
    assert not complaints, complaints


def test_register_with_password_on_a_phone_without_scripts(open_page: Opener) -> None:
    page, address = open_page(phone=True, javascript=False), new_address()
    page.goto("/konto/registrieren/")
    page.get_by_label("E-Mail-Adresse", exact=True).fill(address)
    page.get_by_label("Passwort", exact=True).fill("qwertzuiop123456")
    page.get_by_role("button", name="Weiter").click()
    summary = page.locator(".rh-errors")
    expect(summary).to_contain_text("leicht zu erraten")
    expect(summary).to_contain_text("Ohne Ihre Zustimmung")
    register(page, address)
    page.locator(".rh-menu summary").click()
    page.locator(".rh-menu").get_by_role("button", name="Abmelden").click()
    expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()
    page.goto("/konto/anmelden/")
    page.get_by_label("E-Mail-Adresse", exact=True).fill(address)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.locator("form", has=page.get_by_label("Passwort", exact=True)).get_by_role(
        "button", name="Anmelden"
    ).click()
    expect(page).to_have_url(re.compile(r"/konto/$"))


def test_showing_the_password(open_page: Opener) -> None:
    page = open_page()
    page.goto("/konto/registrieren/")
    field = page.get_by_label("Passwort", exact=True)
    page.get_by_role("button", name="Anzeigen").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Anzeigen").click()
    expect(field).to_have_attribute("type", "password")
