"""The simulated account systems against the town's own SAML side, which shares no code."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from lxml import etree
from tests.support import saml_sp

from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import Departure, LoginRefused, Returned, Verified
from rathaus.accounts.trust import TrustLevel
from rathaus.simulation.bundid import faults
from rathaus.simulation.bundid.houses import BUNDID, HOUSES

pytestmark = pytest.mark.usefixtures("town_houses")
WAYS = {
    "bundid": ("eID", "tjorven"),
    "niedersachsen": ("plus", "tjorven"),
    "unternehmenskonto": ("zertifikat", "ubben"),
}
HIGHEST = {
    "bundid": TrustLevel.HIGH,
    "niedersachsen": TrustLevel.HIGH,
    "unternehmenskonto": TrustLevel.SUBSTANTIAL,
}
HARMLESS = {"rsa-sha256"}
"""Older, but still sound."""


def leave(key: str, level: TrustLevel, *, link: bool = True) -> Departure:
    address = f"http://testserver/konto/rueckkehr/{key}/"
    return config.source(key).begin(level=level, return_url=address, language="de", link=link)


def arrive(client: Client, departure: Departure) -> str:
    address = departure.url.removeprefix("http://testserver")
    if departure.fields:
        answer = client.post(address, dict(departure.fields))
    else:
        answer = client.get(address)
    assert answer.status_code == 303, answer.headers.get("Location")
    return str(answer["Location"])


def back(departure: Departure, level: TrustLevel, page: Any, key: str) -> Verified:
    came = saml_sp.came(page)
    parameters = {
        "SAMLResponse": saml_sp.encoded(came.response),
        "RelayState": came.relay_state,
    }
    returned = Returned(parameters, departure.request_id, level, departure.kept)
    return config.source(key).finish(returned)


def log_in(
    client: Client, key: str, level: TrustLevel, *, way: tuple[str, str] | None = None
) -> Verified:
    departure = leave(key, level)
    method, who = way or WAYS[key]
    chosen = {"method": method, "who": who, "action": "login"}
    page = client.post(arrive(client, departure), chosen)
    assert page.status_code == 200
    return back(departure, level, page, key)


@pytest.mark.parametrize("key", list(HOUSES))
def test_log_in_at_the_highest_level(client: Client, key: str) -> None:
    found = log_in(client, key, HIGHEST[key])
    assert found.source == key
    assert found.level == HIGHEST[key]
    assert found.subject
    assert log_in(client, key, HIGHEST[key]).subject == found.subject
    if key == "unternehmenskonto":
        assert found.subject.startswith("ek-")
        assert found.organisation.startswith("du-")
        assert found.attributes["organisation_name"].value == "Ubben & Saathoff Elektrotechnik GmbH"
        assert found.attributes["organisation_city"].value == "Wiesmoor"
    else:
        assert found.attributes["birth_date"].value == "1991-04-17"
        assert found.attributes["birth_date"].level == TrustLevel.HIGH


@pytest.mark.parametrize(
    ("way", "level"),
    [
        (("Elster", "zeynep"), TrustLevel.SUBSTANTIAL),
        (("Benutzername", "ubbo"), TrustLevel.BASIC),
        (("eIDAS", "eva"), TrustLevel.HIGH),
        (("eID", "hauke"), TrustLevel.HIGH),
        (("eID", "suryani"), TrustLevel.HIGH),
        (("FINK", "jelto"), TrustLevel.BASIC),
    ],
)
def test_each_way_reaches_its_level(
    client: Client, way: tuple[str, str], level: TrustLevel
) -> None:
    found = log_in(client, "bundid", TrustLevel.BASIC, way=way)
    assert found.level == level
    assert found.subject
    if way[1] != "eva":
        assert found.method == way[0]


def test_guest_is_let_through_where_no_account_is_needed(client: Client) -> None:
    chosen = {"method": "eID", "who": "gast", "action": "login"}
    level = TrustLevel.HIGH
    departure = leave("bundid", level, link=False)
    found = back(departure, level, client.post(arrive(client, departure), chosen), "bundid")
    assert (found.subject, found.level) == ("", TrustLevel.HIGH)
    assert found.attributes["family_name"].value == "WITTROCK"
    needs_account = arrive(client, leave("bundid", level, link=True))
    assert client.post(needs_account, chosen).status_code == 422


@pytest.mark.parametrize("key", list(HOUSES))
def test_whatever_is_switched_on_is_refused(client: Client, key: str) -> None:
    house = HOUSES[key]
    log_in(client, key, HIGHEST[key])  # something to replay
    names = {**faults.CRYPTO, **faults.FORGERY, **faults.STATUS}.keys() & faults.names(house)
    accepted = set()
    for name in sorted(names):
        faults.switch_on(house, name)
        try:
            found = log_in(client, key, HIGHEST[key])
        except LoginRefused as refused:
            assert name == "status.denied" or not refused.cancelled, name
            continue
        accepted.add(name)
        if name == "weak-attributes":
            assert all(one.level < TrustLevel.HIGH for one in found.attributes.values())
        if name == "no-identifier":
            assert not found.subject
    assert accepted <= HARMLESS | {"weak-attributes", "no-identifier"}
    assert faults.active(house) == {}


@pytest.mark.parametrize("key", list(HOUSES))
def test_cancelling_is_understood(client: Client, key: str) -> None:
    departure = leave(key, TrustLevel.BASIC)
    page = client.post(arrive(client, departure), {"action": "cancel"})
    with pytest.raises(LoginRefused) as refused:
        back(departure, TrustLevel.BASIC, page, key)
    assert refused.value.cancelled


def test_requests_hold_nothing_to_remark_on(client: Client) -> None:
    from rathaus.simulation.models import SimulatedMessage

    arrive(client, leave("bundid", TrustLevel.SUBSTANTIAL))
    row = SimulatedMessage.objects.get()
    assert row.remarks == []
    assert etree.fromstring(row.xml.encode()).get("ForceAuthn") == "true"
    assert BUNDID.key == row.house
