"""A running town, browsers as people use them, and the judges of accessibility."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FloatRect, Page, sync_playwright

from tests.support import browsers
from tests.support.pictures import first_page, keep
from tests.support.server import ROOT, Running, already_running, running

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
SCROLL_BAR = 15
"""Pixels at the right edge that Chromium keeps free in pictures of whole pages."""
PICTURES = ROOT / "docs" / "pictures"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(autouse=True)
def _data_dir() -> None:
    """The server has its own folder; nothing here touches the test's database."""


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One town for all tests of a worker. RATHAUS_TEST_TOWN="URL DATA" takes a running one."""
    if by_hand := os.environ.get("RATHAUS_TEST_TOWN"):
        url, data = by_hand.split()
        yield already_running(url, Path(data))
        return
    with running(tmp_path_factory.mktemp("town") / "data") as started:
        yield started


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Closed after these tests: its event loop must not run while others use the database."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browsers.chromium(),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
            ],
        )
        yield browser
        browser.close()


Opener = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, town: Running) -> Iterator[Opener]:
    """Opens pages of people: each call is another person with an empty browser."""
    contexts: list[BrowserContext] = []

    def opener(*, phone: bool = False, javascript: bool = True, **more: Any) -> Page:
        context = chromium.new_context(
            base_url=town.url,
            viewport=PHONE if phone else DESK,
            java_script_enabled=javascript,
            locale="de-DE",
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield opener
    for context in contexts:
        context.close()


class Picture:
    """Keeps pictures for the documentation when RATHAUS_PICTURES=1, else does nothing."""

    def __call__(self, page: Page, name: str, *, height: int = 0) -> None:
        """The page from its top, down to `height` or to its end; without the scroll bar."""
        if self.wanted:
            page.evaluate("document.fonts.ready")
            size = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
            high = min(height or size[1], size[1])
            area: FloatRect = {"x": 0, "y": 0, "width": size[0] - SCROLL_BAR, "height": high}
            keep(page.screenshot(full_page=True, clip=area), PICTURES / f"{name}.png")

    def pdf(self, content: bytes, name: str) -> None:
        """The first page of a PDF."""
        if self.wanted:
            keep(first_page(content), PICTURES / f"{name}.png")

    @property
    def wanted(self) -> bool:
        return os.environ.get("RATHAUS_PICTURES") == "1"


@pytest.fixture(scope="session")
def picture() -> Picture:
    return Picture()


@pytest.fixture(scope="session")
def axe_source() -> str:
    path = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        pytest.fail("axe-core is missing. Run: npm ci")
    return path.read_text(encoding="utf-8")
