"""What every page has to stand: axe at two widths and in two colour schemes, no sideways scroll."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import DESK, PHONE
from tests.support.server import ROOT

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitaenswitwenrentenanstalt"
"""Longer than any column; people and companies have such names."""
NARROW = {"width": 320, "height": 640}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FULL = {"runOnly": TAGS, "resultTypes": ["violations"]}
AGAIN = {**FULL, "preload": False}
"""The same page at another width: its style sheets were read at the first."""
COLOURS = {**AGAIN, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
RUN_AXE = """async rules => (await axe.run(document, rules)).violations.map(
  v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 160)).slice(0, 3).join(' | ')}`)"""
STICKS_OUT = """() => {
  const cut = [...document.querySelectorAll('table')].find(table => {
    const box = table.parentElement;
    return getComputedStyle(box).overflowX !== 'auto' && table.scrollWidth > box.clientWidth + 1;
  });
  if (cut) return 'table cut off at ' + cut.parentElement.clientWidth + ' px: ' + cut.className;
  const slides = [...document.querySelectorAll('.rh-scroll, .rh-tabs')].find(
    box => innerWidth > 1200 && box.scrollWidth > box.clientWidth + 1);
  if (slides) return 'wider than its place on a desk: ' + slides.outerHTML.slice(0, 120);
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return '';
  const wide = [...document.querySelectorAll('body *')].filter(
    e => e.getBoundingClientRect().right > room + 1 && !e.closest('svg'));
  return wide.length ? wide[wide.length - 1].outerHTML.slice(0, 200) : 'something';
}"""


class Judge:
    """Collects what is wrong with the pages shown to it."""

    def __init__(self, page: Page, axe_source: str) -> None:
        self.page = page
        self.axe = axe_source
        self.found: list[str] = []
        self.errors: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _console(self, message: Any) -> None:
        expected = "Failed to load resource" in message.text  # the error pages, on purpose
        if message.type == "error" and not expected:
            self.errors.append(f"{self.page.url}: {message.text}")

    def go(self, *paths: str) -> None:
        """Open and judge pages one after the other."""
        for path in paths:
            self.page.goto(path)
            self.look(path)

    def look(self, name: str) -> None:
        """Judge the page as it is: loaded once, shown in all sizes and colours."""
        page = self.page
        page.evaluate(self.axe)
        for size, rules in ((DESK, FULL), (PHONE, AGAIN)):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            where = f"{name} at {size['width']}"
            self._add(f"{where} light", page.evaluate(RUN_AXE, rules))
            page.emulate_media(color_scheme="dark")
            self._add(f"{where} dark", page.evaluate(RUN_AXE, COLOURS))
            page.emulate_media(color_scheme="light")
            self._add(f"{where}, too wide", [page.evaluate(STICKS_OUT)])
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        self._add(f"{name} at 320, too wide", [page.evaluate(STICKS_OUT)])
        page.set_viewport_size(DESK)  # type: ignore[arg-type]

    def _add(self, where: str, problems: list[str]) -> None:
        self.found += [f"{where}: {problem}" for problem in problems if problem]

    def verdict(self) -> None:
        """Fail with everything that was found."""
        if problems := [*self.found, *self.errors]:
            pytest.fail("\n".join(problems), pytrace=False)


def invalid(folder: Path) -> list[str]:
    """What html-validate finds in the pages (``*.html``) of a folder."""
    program = ROOT / "node_modules" / ".bin" / "html-validate"
    if not program.exists():
        pytest.fail("html-validate is missing. Run: npm ci")
    answer = folder / "found.json"  # a file: the program cuts off what does not fit a pipe
    config = str(ROOT / ".htmlvalidate.json")
    command = [str(program), "--config", config, "--formatter", f"json={answer}", str(folder)]
    subprocess.run(command, capture_output=True, check=False, cwd=ROOT)
    return [
        f"{Path(file['filePath']).stem}:{message['line']} {message['ruleId']}: {message['message']}"
        for file in json.loads(answer.read_text(encoding="utf-8"))
        for message in file["messages"]
    ]
