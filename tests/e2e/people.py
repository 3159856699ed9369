"""What a resident and a clerk do in the browser, in their words."""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import yaml
from playwright.sync_api import Locator, Page, expect

from rathaus.catalogue import library
from rathaus.forms.definition import FormDefinition
from tests.support.form_filler import Files, fill_step

PASSWORD = "rathaus-demo-2026"
SEEN = "main button:not([aria-hidden=true])"
"""Not the hidden ones that only say what the return key does."""
ROUNDS = 3
"""A page may come back once for fields that only appear with an answer on the same page."""


@lru_cache
def form_of(slug: str) -> FormDefinition:
    """The shipped form of a service."""
    form = library.load_service(library.SHIPPED / slug / "service.yaml").form
    assert form is not None
    return form


@lru_cache
def _cases(slug: str) -> list[dict[str, Any]]:
    text = (library.SHIPPED / slug / "cases.yaml").read_text(encoding="utf-8")
    return list(yaml.safe_load(text))


def answers_of(slug: str, **more: Any) -> dict[str, Any]:
    """The answers of the first valid case of the library."""
    case = next(case for case in _cases(slug) if case["expect"] == "valid")
    return {**case["answers"], **more}


@dataclass(frozen=True)
class Sent:
    """What the confirmation page says."""

    reference: str
    code: str
    path: str
    """The status page."""


class Resident:
    """Somebody at home."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, text: str) -> None:
        """Press a button of the page's content by its first words; wait for the next page."""
        words = re.compile(rf"^\s*{re.escape(text)}")
        with self.page.expect_navigation():
            self.page.locator(SEEN).filter(has_text=words).first.click()

    def begin(self, slug: str) -> None:
        """From the service page to the first step."""
        self.page.goto(f"/leistungen/{slug}/")
        self.press("Jetzt anfangen")
        self.page.wait_for_url("**/antrag/**")

    @property
    def step(self) -> str:
        """The key of the step shown."""
        return urlsplit(self.page.url).path.rstrip("/").rsplit("/", 1)[-1]

    def fill_page(self, slug: str, answers: Mapping[str, Any], files: Files | None = None) -> None:
        """Type the answers of the step shown."""
        step = next(step for step in form_of(slug).steps if step.key == self.step)
        fill_step(self.page, step.fields, answers, files or {})

    def fill(
        self,
        slug: str,
        answers: Mapping[str, Any],
        files: Files | None = None,
        *,
        until: str = "pruefen",
    ) -> None:
        """Go through the steps from the one shown until `until` is shown."""
        seen: dict[str, int] = {}
        while self.step != until:
            here = self.step
            seen[here] = seen.get(here, 0) + 1
            assert seen[here] <= ROUNDS, f"stuck at {here}: {self.errors()}"
            self.fill_page(slug, answers, files)
            self.press("Weiter")

    def errors(self) -> list[str]:
        """The entries of the error summary."""
        return self.page.locator(".rh-errors li").all_inner_texts()

    def submit(self) -> Sent:
        """From the check page to the confirmation."""
        self.page.locator(".rh-send button[type=submit]").first.click()
        return self.sent()

    def sent(self) -> Sent:
        """What the confirmation page shown says."""
        self.page.wait_for_url("**/bestaetigung/**")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Ihr Antrag ist angekommen")
        reference, code = self.page.locator(".rh-code samp").all_inner_texts()[:2]
        ident = self.page.url.split("/vorgang/")[1].split("/")[0]
        return Sent(reference, code, f"/vorgang/{ident}/")

    def apply(self, slug: str, **more: Any) -> Sent:
        """The whole way with answers of the library."""
        self.begin(slug)
        self.fill(slug, answers_of(slug, **more))
        return self.submit()

    def open_case(self, sent: Sent) -> None:
        """On another device: reference and code."""
        self.page.goto("/vorgang/")
        self.page.locator("#aktenzeichen").fill(sent.reference)
        self.page.locator("#code").fill(sent.code.lower().replace("-", " "))
        self.press("Vorgang öffnen")
        self.page.wait_for_url(f"**{sent.path}")

    def choose_paypal(self) -> None:
        """From the page with the ways to pay to PayPal's page."""
        self.page.locator("button[name=provider][value=paypal]").click()
        self.page.wait_for_url("**/simulation/paypal/bezahlen/**")

    def save_for_later(self) -> tuple[str, str]:
        """Link and code."""
        self.press("Speichern und später weitermachen")
        self.page.wait_for_url("**/speichern/")
        code = self.page.locator(".rh-code samp").inner_text()
        return self.page.locator(".rh-link a").inner_text(), code

    def download(self, link: Locator) -> bytes:
        """The bytes a link gives; files are offered for saving, never shown."""
        response = self.page.context.request.get(link.get_attribute("href") or "")
        assert response.ok
        assert response.headers["content-disposition"].startswith("attachment")
        return response.body()

    def wait_for(self, selector: str, tries: int = 60) -> Locator:
        """Look again until the background work is done, as a person with F5."""
        found = self.page.locator(selector)
        for _ in range(tries):
            if found.count():
                return found.first
            self.page.wait_for_timeout(250)
            self.page.reload()
        raise AssertionError(f"{selector} did not appear on {self.page.url}")


_SESSIONS: dict[str, Any] = {}
"""Cookies of who is logged in at the town of this worker, by login."""


class Clerk(Resident):
    """Somebody in the town hall."""

    def sign_in(self, login: str, *, anew: bool = False) -> None:
        """Be logged in: with the cookies of an earlier test, or by password and code.

        `anew` logs in whatever there is, for what only a fresh log-in may do.
        """
        kept = _SESSIONS.get(login, [])
        if kept and not anew:
            self.page.context.add_cookies(kept)
            self.page.goto("/arbeit/")
            if "/anmelden/" not in self.page.url:
                return
            self.page.context.clear_cookies()
        self._log_in(login)
        _SESSIONS[login] = self.page.context.cookies()

    def _log_in(self, login: str) -> None:
        self.page.goto("/arbeit/anmelden/")
        self.page.locator('input[name="login"]').fill(login)
        self.page.locator('input[name="password"]').fill(PASSWORD)
        self.page.locator("main button[type=submit]").first.click()
        self.page.wait_for_url("**/anmelden/code/")
        # A code counts once: whoever signs in twice in 30 seconds takes one of its neighbours.
        for steps in (0, 1, -1):
            self.page.locator("#code").fill(app_code(login, steps))
            with self.page.expect_navigation():
                self.page.locator("form:has(#code) button[type=submit]").click()
            if "/anmelden/" not in self.page.url:
                return
        raise AssertionError("no code was accepted: too many log-ins in 90 seconds")


def app_code(login: str, steps: int = 0) -> str:
    """The app of a member of staff of the demo town."""
    return shown_by_app(hashlib.sha256(f"rathaus-demo {login}".encode()).digest()[:20], steps)


def shown_by_app(secret: bytes, steps: int = 0) -> str:
    """RFC 6238: six digits, a new code every 30 seconds."""
    counter = int(time.time()) // 30 + steps
    mac = hmac.new(secret, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = mac[-1] & 15
    (number,) = struct.unpack(">I", mac[offset : offset + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"
