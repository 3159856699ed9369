"""Every page of the record that the journeys do not come by, found by its own links and judged.

By axe at two widths, light and dark; by its width at 320 px; as HTML.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Opener
from tests.e2e.judges import Judge, invalid
from tests.e2e.people import Clerk

FILES = "/arbeit/akten/"
DOWNLOADS = re.compile(r"/ausgeben/|/laden/|/original/|/dokument/[0-9a-f-]+/$|\.txt$")
"""Addresses in lists of actions that answer with a file."""
DISPOSAL = [
    "/arbeit/aussonderung/?tab=asked", "/arbeit/aussonderung/?tab=held",
    "/arbeit/aussonderung/?tab=running", "/arbeit/aussonderung/?q=xyzxyz",
    "/arbeit/aussonderung/verfahren/", "/arbeit/aussonderung/archive/neu/",
    "/arbeit/aussonderung/abgewiesen/", "/arbeit/aussonderung/vernichtet/",
    "/arbeit/aussonderung/uebernahme/",
]  # fmt: skip
SCANNING = [
    "/arbeit/scannen/stapel/", "/arbeit/scannen/stapel/?q=xyzxyz", "/arbeit/scannen/neu/",
    "/arbeit/scannen/profile/", "/arbeit/altbestand/uebernahmen/",
    "/arbeit/altbestand/uebernahmen/neu/", "/arbeit/altbestand/regal/neu/",
]  # fmt: skip
WORK = [
    "/arbeit/aufgaben/?zeige=sign", "/arbeit/aufgaben/?zeige=ahead",
    "/arbeit/aufgaben/?zeige=packages", "/arbeit/aufgaben/?zeige=done",
    "/arbeit/mitzeichnung/vorlagen/", "/arbeit/suche/?q=xyzxyz+von:2030",
]  # fmt: skip


class Walk:
    """A member of staff who goes where the lists of actions lead, each page once."""

    def __init__(self, page: Page, axe_source: str, login: str, kept: Path) -> None:
        self.page = page
        self.kept = kept
        self.judge = Judge(page, axe_source)
        self.seen: set[str] = set()
        self.clerk = Clerk(page)
        self.clerk.sign_in(login)

    def go(self, *paths: str) -> None:
        """Judge the pages not seen before."""
        for path in paths:
            if path not in self.seen and not DOWNLOADS.search(path):
                self.seen.add(path)
                answer = self.page.goto(path)
                assert answer is not None and answer.status == 200, path
                self._look(path, answer.text())

    def press(self, button: str, name: str) -> None:
        """Send a form with nothing in it; judge what comes back."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            self.clerk.press(button)
        self._look(name, answer.value.text())

    def _look(self, name: str, source: str) -> None:
        (self.kept / (re.sub(r"\W+", "_", name) + ".html")).write_text(source, encoding="utf-8")
        self.judge.look(name)

    def verdict(self) -> None:
        """Fail with everything that was found."""
        self.judge.found += invalid(self.kept)
        self.judge.verdict()

    def offers(self) -> list[str]:
        """Where "Was ist zu tun?" and the like lead from here, opened or not."""
        found = self.page.locator("main .dk-offers a")
        return [
            str(one) for one in found.evaluate_all("all => all.map(a => a.pathname + a.search)")
        ]

    def first(self, selector: str) -> str:
        """The address of the first link that fits."""
        return self.page.locator(selector).first.get_attribute("href") or ""

    def around(self, path: str) -> None:
        """Judge a page and all pages that its lists of actions lead to."""
        self.page.goto(path)
        self.go(path)
        self.go(*self.offers())


@pytest.fixture
def walk(open_page: Opener, axe_source: str, tmp_path: Path) -> Walk:
    return Walk(open_page(), axe_source, "meike.ulrichs", tmp_path)


def test_plan_and_dossiers(walk: Walk) -> None:
    page = walk.page
    walk.around(FILES)
    page.goto(f"{FILES}?q=32.10")
    entry = page.url if "/plan/" in page.url else walk.first("main a[href*='/akten/plan/']")
    walk.around(urlsplit(entry).path)
    page.goto("/arbeit/suche/?q=Hund+abmelden")
    case = walk.first("main a[href*='/akten/vorgang/']")
    page.goto(case)
    dossier = walk.first("main dl a[href*='/akten/']")
    walk.around(dossier)
    walk.go(f"{dossier}zugriff/aendern/", f"{dossier}zugriff/neu/", f"{dossier}?q=xyzxyz")
    page.goto(f"{dossier}umhaengen/")
    walk.press("Umhängen", "move with errors")
    walk.verdict()


def test_cases_and_documents(walk: Walk) -> None:
    page = walk.page
    page.goto("/arbeit/suche/?q=Hund+abmelden")
    case = walk.first("main a[href*='/akten/vorgang/']")
    page.goto(case)
    document = walk.first(".pl-doc__name a")
    pages = walk.first(".pl-doc__acts a[href*='/fassung/']")
    walk.around(case)
    walk.around(document)
    walk.go(f"{document}arbeit/", f"{case}freigabe/", pages, f"{pages}?zeige=text")
    page.goto(f"{case}ablegen/")
    walk.press("Ablegen", "upload with errors")
    walk.go(*WORK)
    page.goto("/arbeit/schlagworte/")
    walk.go(walk.first("main table a"))
    walk.verdict()


def test_disposal_and_scanning(walk: Walk) -> None:
    page = walk.page
    walk.go(*DISPOSAL, *SCANNING)
    lists = {
        "/arbeit/aussonderung/archive/": "main a[href*='/archive/']:not([href$='/neu/'])",
        "/arbeit/aussonderung/verfahren/": "main table a",
        "/arbeit/aussonderung/sperren/": "main a[href*='/sperren/']",
        "/arbeit/scannen/profile/": "main table a",
        "/arbeit/scannen/stapel/": "main table a",
    }
    for path, link in lists.items():
        page.goto(path)
        walk.go(walk.first(link))
    page.goto("/arbeit/scannen/neu/")
    walk.press("Stapel beginnen", "new batch with errors")
    walk.verdict()
