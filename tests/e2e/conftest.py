"""A running town, browsers as people use them, and the judges of accessibility."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.server import ROOT, Running, running

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
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
    with running(tmp_path_factory.mktemp("town") / "data") as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("Chromium is missing. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
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
            **more,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield opener
    for context in contexts:
        context.close()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keeps a screenshot for the documentation when RATHAUS_PICTURES=1."""

    def take(page: Page, name: str, *, full: bool = True) -> None:
        if os.environ.get("RATHAUS_PICTURES") == "1":
            PICTURES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=PICTURES / f"{name}.png", full_page=full)

    return take


@pytest.fixture(scope="session")
def axe_source() -> str:
    path = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        pytest.fail("axe-core is missing. Run: npm ci")
    return path.read_text(encoding="utf-8")


def sign_in(page: Page, login: str, password: str = "rathaus-demo-2026") -> None:
    """Log a member of staff in."""
    page.goto("/arbeit/anmelden/")
    page.locator('input[name="login"]').fill(login)
    page.locator('input[name="password"]').fill(password)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/arbeit/**")


def file_of(path: Path, content: bytes) -> Path:
    """A file to upload."""
    path.write_bytes(content)
    return path
