"""The components in a real browser: axe, narrow screens, no script, Content-Security-Policy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from rathaus.theme import build, samples
from tests.support import browsers

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ["", *(f"{name}/" for name in samples.PAGES), "fehler-404/", "fehler-500/"]

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database,
    pytest.mark.skipif(not AXE.is_file(), reason="run npm ci"),
    pytest.mark.skipif(not (build.VENDOR / "rathaus.css").is_file(), reason="assets not built"),
]

RUN_AXE = """async () => {
  const found = await axe.run({resultTypes: ["violations"]});
  return found.violations.map(v => v.id + ": " + v.nodes.map(n => n.html).join(" | "));
}"""
FIRST_TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  const scrolls = (e) => e && (["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX)
    || scrolls(e.parentElement));
  for (const e of document.querySelectorAll("body *")) {
    const box = e.getBoundingClientRect();
    if (box.width > 1 && box.right > room + 1 && !e.closest("svg") && !scrolls(e.parentElement))
      return e.outerHTML.slice(0, 200);
  }
  return "";
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright runs an event loop in this thread; Django must not take that for async code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=browsers.chromium(), args=["--no-sandbox"])
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.mark.parametrize(
    ("width", "colours"), [(1280, "light"), (1280, "dark"), (390, "light"), (320, "dark")]
)
def test_axe_finds_nothing_and_nothing_is_too_wide(
    browser: Browser, live_server: Any, width: int, colours: Any
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=colours, reduced_motion="reduce"
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    axe = AXE.read_text("utf-8")
    for name in PAGES:
        page.goto(f"{live_server.url}/stilbuch/{name}")
        page.evaluate(axe)
        assert page.evaluate(RUN_AXE) == [], f"{name} {width} {colours}"
        assert page.evaluate(FIRST_TOO_WIDE) == "", f"{name} {width}"
    assert errors == []
    context.close()


def test_the_menu_opens_without_script(browser: Browser, live_server: Any) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, java_script_enabled=False, locale="de-DE"
    )
    page = context.new_page()
    for name, entry in (("start/", "Meine Vorgänge"), ("eingang/", "E-Akten")):
        page.goto(f"{live_server.url}/stilbuch/{name}")
        link = page.get_by_role("link", name=entry)
        assert not link.is_visible()
        page.get_by_text("Menü").click()
        assert link.is_visible()
    context.close()


def test_a_chosen_file_is_named_without_script(
    browser: Browser, live_server: Any, tmp_path: Path
) -> None:
    permit = tmp_path / "erlaubnis.pdf"
    permit.write_bytes(b"%PDF-1.7")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/stilbuch/formular/")
    field = page.get_by_label("Erlaubnis")
    field.set_input_files(permit)
    assert field.evaluate("e => e.files[0].name") == "erlaubnis.pdf"
    assert field.evaluate("e => getComputedStyle(e).color") != "rgba(0, 0, 0, 0)"
    context.close()


def test_the_error_summary_takes_the_focus(browser: Browser, live_server: Any) -> None:
    page = browser.new_page()
    page.goto(f"{live_server.url}/stilbuch/formular/")
    page.wait_for_function("document.activeElement.classList.contains('rh-errors')")
    page.get_by_role("link", name="Beschreiben Sie Ihre Tätigkeit.").click()
    assert page.evaluate("document.activeElement.id") == "taetigkeit"
    page.close()
