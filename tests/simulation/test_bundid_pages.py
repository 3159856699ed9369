"""The log-in page of the simulated account systems, used without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.support import saml_sp
from tests.support.saml_sp import BPK2, Request, extension

from rathaus.core import clock
from rathaus.simulation.bundid import log, people
from rathaus.simulation.bundid.houses import BUNDID, HOUSES, NIEDERSACHSEN
from rathaus.simulation.models import SimulatedMessage

pytestmark = pytest.mark.usefixtures("houses")
WITHOUT_BPK2 = tuple(name for name in saml_sp.USUAL if name != BPK2)


def arrive(client: Client, request: Request) -> str:
    answer = client.post(f"/simulation/{request.house}/saml/", request.form())
    assert answer.status_code == 303
    return str(answer["Location"])


def choices(page: Any, name: str) -> dict[str, bool]:
    """Radio buttons with whether they can be chosen."""
    found = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page.content.decode())
    return {re.search(r'value="([^"]+)"', one)[1]: "disabled" not in one for one in found}  # type: ignore[index]


def test_page_is_marked_plain_and_says_who_asks_for_what(client: Client) -> None:
    page = client.get(arrive(client, Request())).content.decode()
    for text in ("Simulation", "Dies ist nicht BundID", "Stadt Wiesmoor", "substanziell"):
        assert text in page
    assert page.count("<h1") == 1
    assert page.count("<legend") == 2
    for identifier in re.findall(r'<input[^>]* id="([^"]+)"', page):
        assert f'for="{identifier}"' in page
    assert " style=" not in page
    assert "onclick" not in page


@pytest.mark.parametrize(
    ("level", "possible"),
    [
        ("STORK-QAA-Level-1", {"eID", "Elster", "eIDAS", "FINK", "Benutzername"}),
        ("STORK-QAA-Level-3", {"eID", "Elster", "eIDAS"}),
        ("STORK-QAA-Level-4", {"eID", "eIDAS"}),
    ],
)
def test_ways_below_the_level_are_shown_but_closed(
    client: Client, level: str, possible: set[str]
) -> None:
    page = client.get(arrive(client, Request(level=level)))
    ways = choices(page, "method")
    assert {key for key, open_ in ways.items() if open_} == possible
    assert len(ways) == 5
    assert ("Reicht nicht" in page.content.decode()) == (len(possible) < 5)


def test_ways_the_town_did_not_ask_for_are_closed(client: Client) -> None:
    wanted = Request(level="STORK-QAA-Level-1", extension=extension(methods=("eID",)))
    page = client.get(arrive(client, wanted))
    assert [key for key, open_ in choices(page, "method").items() if open_] == ["eID"]
    assert "Das Rathaus lässt dieses Verfahren nicht zu." in page.content.decode()
    everything = Request(level="STORK-QAA-Level-1", extension=extension(methods=None))
    assert all(choices(client.get(arrive(client, everything)), "method").values())


def test_guests_only_where_no_account_key_is_asked_for(client: Client) -> None:
    page = client.get(arrive(client, Request()))
    assert choices(page, "who")["gast"] is False
    assert "Gäste haben keines" in page.content.decode()
    page = client.get(arrive(client, Request(extension=extension(attributes=WITHOUT_BPK2))))
    assert choices(page, "who")["gast"] is True


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"method": "eID"},
        {"who": "tjorven"},
        {"method": "Benutzername", "who": "tjorven"},  # below the level
        {"method": "eID", "who": "gast"},  # closed
        {"method": "eID", "who": "nobody"},
        {"method": "Elster", "who": "linh"},  # has none
        {"method": "nothing", "who": "tjorven"},
    ],
)
def test_wrong_choices_are_explained_and_kept(client: Client, chosen: dict[str, str]) -> None:
    address = arrive(client, Request())
    page = client.post(address, {**chosen, "action": "login"})
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()
    assert "SAMLResponse" not in page.content.decode()
    assert client.get(address).status_code == 200


def test_what_will_be_told_is_shown_before_it_leaves(client: Client) -> None:
    address = arrive(client, Request())
    page = client.post(address, {"method": "eID", "who": "hauke", "action": "login"})
    text = page.content.decode()
    assert "HEIDESTRAẞE 17" in text
    assert "Einverstanden und weiter" in text
    assert f'action="{saml_sp.ACS}"' in text
    assert "no-store" in page["Cache-Control"]


def test_cancelling_tells_the_town(client: Client) -> None:
    address = arrive(client, Request())
    for after in (address, address):  # from the first page and from the second
        page = client.post(after, {"action": "cancel"})
        came = saml_sp.came(page)
        assert came.status == ["Requester", "AuthnFailed"]
        assert "Authentication was canceled by the user." in "".join(came.response.itertext())
        assert came.response.find("a:EncryptedAssertion", saml_sp.NS) is None
        assert came.relay_state == "zustand"


def test_log_in_needs_the_page_s_own_form(houses: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    address = arrive(browser, Request())
    chosen = {"method": "eID", "who": "tjorven", "action": "login"}
    assert browser.post(address, chosen).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"',
                      browser.get(address).content.decode())  # fmt: skip
    assert token
    assert browser.post(address, {**chosen, "csrfmiddlewaretoken": token[1]}).status_code == 200


def test_log_in_is_over_after_a_while(client: Client) -> None:
    address = arrive(client, Request())
    with clock.shifted(clock.now() + timedelta(minutes=16)):
        assert client.get(address).status_code == 410
    assert client.get("/simulation/bundid/anmelden/unbekannt/").status_code == 410
    assert client.get(address.replace("bundid", "niedersachsen")).status_code == 410


def test_board_shows_what_came_and_what_left(client: Client) -> None:
    saml_sp.log_in(client, Request(), who="heike")
    page = client.get("/simulation/bundid/").content.decode()
    assert "Antwort für Heike Lüken" in page
    for row in SimulatedMessage.objects.all():
        shown = client.get(f"/simulation/bundid/nachricht/{row.token}/").content.decode()
        assert "&lt;saml2p:Response" in shown or "AuthnRequest" in shown
        assert ("LÜKEN" in shown) == (not row.incoming)
        assert client.get(f"/simulation/niedersachsen/nachricht/{row.token}/").status_code == 404


def test_messages_cannot_smuggle_markup(client: Client) -> None:
    log.arrived(BUNDID, b"<a>\0<script>alert(1)</script></a>", title="<b>x</b>", remarks=["<i>"])
    row = SimulatedMessage.objects.get()
    for address in ("/simulation/bundid/", f"/simulation/bundid/nachricht/{row.token}/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<b>x</b>" not in page


def test_log_does_not_grow(houses: None) -> None:
    for number in range(log.KEPT + 10):
        log.arrived(BUNDID, b"<a/>", title=str(number))
    log.arrived(NIEDERSACHSEN, b"<a/>", title="other")
    assert SimulatedMessage.objects.filter(house="bundid").count() == log.KEPT
    assert log.of(BUNDID)[0].title == str(log.KEPT + 9)


def test_overview_lists_the_houses_and_they_describe_themselves(client: Client) -> None:
    page = client.get("/simulation/").content.decode()
    for key, house in HOUSES.items():
        assert f'href="/simulation/{key}/"' in page
        described = client.get(f"/simulation/{key}/metadaten/")
        assert described["Content-Type"].startswith("application/samlmetadata+xml")
        assert house.entity_id in described.content.decode()
        assert house.sso_url == f"http://testserver/simulation/{key}/saml/"
        assert house.entity_id == f"http://testserver/simulation/{key}/metadaten/"
        board = client.get(f"/simulation/{key}/").content.decode()
        assert all(
            str(one.name) in board.replace("&amp;", "&") for one in people.accounts(house).values()
        )


def test_error_page_takes_no_text_from_the_address(client: Client) -> None:
    page = client.get("/simulation/bundid/fehler/?idp.code=<b>Rufen Sie 0190</b>")
    assert page.status_code == 400
    assert "0190" not in page.content.decode()
