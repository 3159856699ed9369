"""axe finds nothing to complain about: every page, phone and desk, light and dark."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import DESK, PHONE, Opener, sign_in

PUBLIC = [
    "/", "/leistungen/", "/leistungen/gewerbe-anmelden/", "/leistungen/personalausweis/",
    "/leistungen/kfz-zulassung/", "/themen/gewerbe-betrieb/", "/suche/?q=Gewerbeschein",
    "/suche/?q=xyzxyz", "/rathaus/", "/hilfe/", "/impressum/", "/datenschutz/",
    "/barrierefreiheit/", "/barriere-melden/", "/leichte-sprache/", "/gebaerdensprache/",
    "/fortsetzen/", "/vorgang/", "/echtheit/", "/gibt-es-nicht/", "/stilbuch/",
    "/simulation/", "/simulation/post/", "/simulation/paypal/schalter/", "/arbeit/anmelden/",
]  # fmt: skip
STAFF = {
    "insa.cordes": ["/arbeit/", "/arbeit/?tab=done", "/arbeit/suche/?q=Gewerbe", "/arbeit/erfassen/",
                    "/arbeit/akten/", "/arbeit/leistungen/", "/arbeit/leistungen/gewerbe-anmelden/"],
    "theda.saathoff": ["/arbeit/kasse/"],
    "lars.poppinga": ["/arbeit/betrieb/"],
}  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Page, axe_source: str) -> list[str]:
    """What axe reports on the page as it is shown."""
    page.evaluate(axe_source)
    result: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{v['id']}: {v['help']} – {v['nodes'][0]['html'][:160]}" for v in result["violations"]
    ]


def check_everywhere(page: Page, path: str, axe_source: str) -> list[str]:
    """Both widths, both colour schemes; also nothing may stick out sideways."""
    found = []
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(path)
            where = f"{path} {size['width']} {scheme}"
            found += [f"{where}: {problem}" for problem in violations(page, axe_source)]
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                found.append(f"{where}: {wide} px wide")
    return found


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page(path: str, open_page: Opener, axe_source: str) -> None:
    assert check_everywhere(open_page(), path, axe_source) == []


@pytest.mark.parametrize("login", STAFF)
def test_staff_pages(login: str, open_page: Opener, axe_source: str) -> None:
    page = open_page()
    sign_in(page, login)
    found = [p for path in STAFF[login] for p in check_everywhere(page, path, axe_source)]
    assert found == []


def test_case_page(open_page: Opener, axe_source: str) -> None:
    page = open_page()
    sign_in(page, "insa.cordes")
    page.locator("table a[href*='/arbeit/vorgang/']").first.click()
    path = page.url
    assert check_everywhere(page, path, axe_source) == []


@pytest.mark.parametrize(
    "path", ["/", "/leistungen/gewerbe-anmelden/", "/vorgang/", "/arbeit/anmelden/"]
)
def test_smallest_phone_scrolls_only_downwards(path: str, open_page: Opener) -> None:
    page = open_page()
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
