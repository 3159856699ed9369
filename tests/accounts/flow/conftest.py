"""A town with one account system, and browsers that go there and come back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.portal.browser import Browser
from tests.support import town as demo
from tests.support.logins import FakeSource, use_sources


@pytest.fixture(autouse=True)
def _town(db: None, settings: Any) -> None:
    settings.BASE_URL = "http://testserver"
    demo.load()


@pytest.fixture
def bundid(monkeypatch: pytest.MonkeyPatch) -> FakeSource:
    source = FakeSource()
    land = FakeSource("niedersachsen", "Servicekonto Niedersachsen")
    use_sources(monkeypatch, source, land)
    return source


@pytest.fixture
def resident(bundid: FakeSource) -> Browser:
    return Browser()


@pytest.fixture
def stranger(bundid: FakeSource) -> Browser:
    return Browser()


def depart(browser: Browser, source: str = "bundid", **data: Any) -> str:
    """Press the button of an account system; returns the id of the request."""
    if "csrfmiddlewaretoken" not in browser.page:
        browser.get("/leistungen/hund-anmelden/")
    browser.post(data, f"/konto/anmelden/{source}/")
    page = browser.page
    assert browser.status == 200, (browser.status, browser.title)
    return page.split('name="RelayState" value="')[1].split('"')[0]


def come_back(browser: Browser, ident: str, subject: str = "erika", **more: Any) -> Browser:
    """The account system posts the answer through the browser, without the session cookie."""
    data = {"state": ident, "code": subject, **more.pop("data", {})}
    return browser._take(answer(browser.client, data, follow=True, **more), "")


def answer(client: Client, data: dict[str, str], source: str = "bundid", **more: Any) -> Any:
    return client.post(f"/konto/rueckkehr/{source}/", data, **more)


def log_in_by(browser: Browser, subject: str = "erika", source: str = "bundid") -> Browser:
    """The whole way out and back."""
    return come_back(browser, depart(browser, source), subject, source=source)
