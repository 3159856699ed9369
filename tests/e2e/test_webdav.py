"""A draft on the network drive: a password for the laptop, writing there, filing at the desk."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import expect

from tests.e2e.conftest import Opener, Picture
from tests.e2e.judges import Judge
from tests.e2e.people import Clerk
from tests.support.server import Running

DEVICES = "/arbeit/sicherheit/geraetekennwoerter/"
LETTER = {"name": "Pachtvertrag.txt", "mimeType": "text/plain", "buffer": b"Erster Stand"}


def test_a_draft_is_written_on_the_drive(
    open_page: Opener, town: Running, axe_source: str, picture: Picture
) -> None:
    page = open_page()
    clerk = Clerk(page)
    clerk.sign_in("gerd.harms", anew=True)  # a new password needs a fresh log-in
    judge = Judge(page, axe_source)
    judge.go(DEVICES, f"{DEVICES}neu/")
    clerk.press("Kennwort anlegen")
    judge.look("new password with errors")
    page.locator("#device").fill("Dienst-Laptop")
    clerk.press("Kennwort anlegen")
    judge.look("password shown once")
    secret = page.locator(".rh-code samp").nth(1).inner_text().strip()

    page.goto("/arbeit/suche/?q=Anpassung+der+Pacht")
    page.locator("main a[href*='/akten/vorgang/']").first.click()
    page.get_by_role("link", name="Dokumente ablegen").first.click()
    page.get_by_label("Dateien").set_input_files([LETTER])
    page.get_by_label("Als Entwurf ablegen").check()
    clerk.press("Ablegen")
    judge.look("case with a draft")
    draft = page.locator(".pl-docs li", has_text="Pachtvertrag.txt")
    draft.get_by_role("link", name=re.compile("In Office öffnen")).click()
    judge.look("ways to open")
    address = page.locator(".wd-address samp").first.inner_text().strip()

    with httpx.Client(auth=("gerd.harms", secret), follow_redirects=True) as laptop:
        assert laptop.get(address).content == b"Erster Stand"
        assert laptop.put(address, content=b"Zweiter Stand").status_code in (200, 201, 204)
        page.get_by_role("link", name="Zurück zum Vorgang").click()
        expect(draft).to_contain_text("Stand 2")
        draft.get_by_role("button", name=re.compile("Zur Akte nehmen")).click()
        documents = page.get_by_role("region", name="Dokumente", exact=True)
        expect(documents).to_contain_text("Pachtvertrag")
        filed = documents.locator("li", has_text="Pachtvertrag").last
        link = filed.get_by_role("link", name=re.compile("^Laden"))
        assert clerk.download(link) == b"Zweiter Stand"
        assert laptop.put(address, content=b"Zu spaet").status_code >= 400

        page.goto(DEVICES)
        judge.look("passwords")
        picture(page, "netzlaufwerk", height=900)
        page.get_by_role("button", name="Entziehen Dienst-Laptop").first.click()
        expect(page.locator(".rh-messages")).to_contain_text("kommt nicht mehr hinein")
        assert laptop.get(f"{town.url}/webdav/").status_code == 401
    judge.verdict()
