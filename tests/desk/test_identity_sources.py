"""The operator sees whether people can log in, and what to do; nothing about persons."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from rathaus.accounts import tally
from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import (
    Certificate,
    Departure,
    Health,
    LoginRefused,
    Returned,
    Source,
    Verified,
)
from rathaus.accounts.trust import TrustLevel
from rathaus.core.clock import now

PAGE = "/arbeit/betrieb/anmeldequellen/"


class Plain(Source):
    """A source whose state a test decides."""

    key, label, levels = "land", "Konto des Landes", (TrustLevel.BASIC,)
    state = Health(configured=True)
    asked = 0

    def begin(self, **_more: object) -> Departure:  # type: ignore[override]
        raise LoginRefused("test")

    def finish(self, returned: Returned) -> Verified:
        raise LoginRefused("test")

    def health(self, *, ask: bool = False) -> Health:
        self.asked += ask
        if ask:
            return Health(configured=True, reachable=True)
        return self.state


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Plain:
    made = Plain()
    found = config.Configuration(sources=(made,), problems=("Eintrag 2: „issuer“ fehlt.",))
    monkeypatch.setattr(config, "load", lambda: found)
    return made


def ending(days: int, use: str = "sp-signing") -> Certificate:
    return Certificate(
        use, "CN=x", now() - timedelta(days=1), now() + timedelta(days=days, hours=1), "AB" * 32
    )


def shown(client: Client) -> str:
    response = client.get(PAGE)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_what_is_wrong_in_the_settings_is_said(operator: Client, source: Plain) -> None:
    assert "„issuer“ fehlt" in shown(operator)


@pytest.mark.parametrize(
    ("days", "badge"),
    [(200, ""), (60, ""), (59, "wait"), (14, "wait"), (13, "bad"), (0, "bad"), (-3, "bad")],
)
def test_certificates_are_marked_before_they_end(
    operator: Client, source: Plain, days: int, badge: str
) -> None:
    source.state = Health(configured=True, certificates=(ending(days),))
    row = shown(operator).split("<tbody>")[1]
    assert "Unsere Unterschrift" in row
    assert re.findall(r"rh-state--(\w+)", row) == ([badge] if badge else [])


def test_nothing_is_asked_before_the_button(operator: Client, source: Plain) -> None:
    page = shown(operator)
    assert source.asked == 0
    assert "antwortet" not in page
    answer = operator.post(PAGE, {"source": "land"}).content.decode()
    assert source.asked == 1
    assert "antwortet" in answer


def test_a_source_that_is_not_set_up_says_what_to_do(operator: Client, source: Plain) -> None:
    source.state = Health(configured=False, problems=("Die Datei „secret“ fehlt.",))
    page = shown(operator)
    assert "nicht eingerichtet" in page
    assert "Die Datei „secret“ fehlt." in page


def test_a_source_that_fails_hides_no_other(
    operator: Client, source: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_more: object) -> Health:
        raise RuntimeError("kaputt")

    monkeypatch.setattr(source, "health", fail)
    assert "nicht feststellbar" in shown(operator)


def test_log_ins_are_counted_without_persons(operator: Client, source: Plain) -> None:
    for _ in range(3):
        tally.count("land", "ok")
    tally.count("land", "failed")
    assert tally.of("land", "ok").count == 3
    assert tally.of("land", "failed").last is not None
    page = shown(operator)
    assert re.search(r"Gelungen</dt><dd>3 ·", page)
    assert re.search(r"Gescheitert</dt><dd>1 ·", page)


def test_an_unknown_source_is_not_asked(operator: Client, source: Plain) -> None:
    assert operator.post(PAGE, {"source": "anderes"}).status_code == 404


def test_only_operators_see_it(trade: Client) -> None:
    assert trade.get(PAGE).status_code == 403


def test_the_sources_of_the_demo_town_are_shown(operator: Client) -> None:
    page = shown(operator)
    for known in config.sources():
        assert known.label in page
        assert f"/konto/metadaten/{known.key}/" in page
