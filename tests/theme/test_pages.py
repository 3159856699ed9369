"""Error pages that help, the town's colour, the style guide."""

import re
from typing import Any

import pytest
from django.test import Client, RequestFactory
from lxml import html

from rathaus.theme import brand, samples, shell, views

REQUEST = RequestFactory().get("/irgendwo/")


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (views.bad_request, 400),
        (views.permission_denied, 403),
        (views.csrf_failure, 403),
        (views.not_found, 404),
        (views.too_large, 413),
        (views.too_many, 429),
        (views.server_error, 500),
        (views.unavailable, 503),
    ],
)
def test_error_pages_say_what_happened_and_what_to_do(view: Any, status: int) -> None:
    response = view(REQUEST)
    page = html.fromstring(response.content.decode())
    assert response.status_code == status
    assert len(page.findall(".//h1")) == 1
    assert str(status) in page.find(".//h1").text_content()
    assert "Das können Sie tun" in page.text_content()
    assert page.xpath('//a[starts-with(@href, "tel:")]'), "somebody to call"
    assert page.xpath('//main[@id="inhalt"]')


def test_the_last_resort_asks_no_database_and_no_shell() -> None:
    def broken(*_: object) -> Any:
        raise RuntimeError("database is gone")

    brand.provide(broken)
    shell.provide("portal", broken)
    assert views.server_error(REQUEST).status_code == 500
    assert views.unavailable(REQUEST)["Retry-After"] == "120"


def test_a_failing_source_of_the_town_does_not_break_a_page() -> None:
    def broken() -> brand.Brand:
        raise RuntimeError("database is gone")

    brand.provide(broken)
    assert views.not_found(REQUEST).status_code == 404


def test_last_known_facts_survive_a_failure() -> None:
    calls = iter([brand.Brand(name="Stadt Beispiel")])
    brand.provide(lambda: next(calls))
    assert brand.current().name == "Stadt Beispiel"
    assert brand.current().name == "Stadt Beispiel"


def test_too_many_says_how_long_to_wait() -> None:
    response = views.too_many(REQUEST, retry_minutes=10)
    assert response["Retry-After"] == "600"
    assert "10 Minuten" in response.content.decode()


def test_the_hue_becomes_a_style_sheet_and_nothing_else() -> None:
    brand.provide(lambda: brand.Brand(hue=800, accent_hue=40))
    response = views.brand_css(RequestFactory().get("/marke.css"))
    assert response.content.decode() == ":root{--rh-hue:80;--rh-accent-hue:40}\n"
    assert response["Content-Type"].startswith("text/css")


@pytest.mark.parametrize("name", ["index", *samples.PAGES, "fehler-404", "fehler-500"])
def test_style_guide_pages_are_sound(client: Client, name: str) -> None:
    response = client.get("/stilbuch/" if name == "index" else f"/stilbuch/{name}/")
    assert response.status_code == 200
    source = response.content.decode()
    page = html.fromstring(source)
    assert page.get("lang") == "de"
    assert len(page.findall(".//h1")) == 1
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids)), "every id once"
    for field in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        labelled = field.get("aria-label") or page.xpath(f'//label[@for="{field.get("id")}"]')
        assert labelled, html.tostring(field)
    assert not re.search(r"<[^>]+\sstyle=|\son[a-z]+=\"", source), "nothing inline (CSP)"
    assert "{%" not in re.sub(r"<(pre|code)\b.*?</\1>", "", source, flags=re.S)


def test_an_unknown_sample_is_not_found(client: Client) -> None:
    assert client.get("/stilbuch/gibt-es-nicht/").status_code == 404


def test_the_shell_gives_way_to_the_view(client: Client) -> None:
    shell.provide(
        "portal", lambda request: {"footer_links": [{"label": "Impressum", "url": "/i/"}]}
    )
    assert b"Impressum" in views.not_found(REQUEST).content
    assert b"Quelltext" in client.get("/stilbuch/status/").content
