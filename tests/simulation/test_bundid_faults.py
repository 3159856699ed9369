"""Every switch makes the answer wrong in exactly the way it says, once."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier
from tests.support import saml_sp
from tests.support.saml_sp import ACS, BPK2, ENTITY, NS, SURNAME, Came, Request

from rathaus.simulation.bundid import faults, pages
from rathaus.simulation.bundid.houses import BUNDID, HOUSES, House
from rathaus.simulation.models import SimulatedMessage

pytestmark = pytest.mark.usefixtures("houses")
PSS = SignatureMethod.SHA256_RSA_MGF1
STORK = "STORK-QAA-Level-"
WANTED = {
    "bundid": (Request(), "eID", "tjorven"),
    "niedersachsen": (
        Request(house="niedersachsen", extension=None, level=f"{STORK}4"), "plus", "tjorven",
    ),
    "unternehmenskonto": (
        Request(house="unternehmenskonto", extension=None, level=f"{STORK}3"),
        "zertifikat",
        "ubben",
    ),
}  # fmt: skip


@pytest.fixture(params=["bundid", "niedersachsen", "unternehmenskonto"])
def house(request: Any) -> House:
    return HOUSES[request.param]


def answer(client: Client, house: House, fault: str = "") -> Came:
    if fault:
        faults.switch_on(house, fault)
    wanted, method, who = WANTED[house.key]
    return saml_sp.log_in(client, wanted, method=method, who=who)


def signed_part(came: Came, house: House) -> Any:
    """What carries the signature."""
    return came.response if house.signs == "response" else came.decrypted()


def data(came: Came) -> Any:
    return came.decrypted().find(".//a:SubjectConfirmationData", NS)


def test_without_a_switch_everything_is_right(
    client: Client, house: House, certificate: Any
) -> None:
    came = answer(client, house)
    saml_sp.verified(signed_part(came, house), certificate(house.key), PSS)


def test_each_happens_once_and_is_noted(client: Client, house: House, certificate: Any) -> None:
    assert answer(client, house, "unsigned").status == ["Success"]
    assert SimulatedMessage.objects.latest("pk").remarks == ["unsigned"]
    test_without_a_switch_everything_is_right(client, house, certificate)


def test_unsigned(client: Client, house: House) -> None:
    came = answer(client, house, "unsigned")
    assert b"SignatureValue" not in etree.tostring(came.response)
    assert b"SignatureValue" not in etree.tostring(came.decrypted())


@pytest.mark.parametrize("fault", ["tampered", "foreign-key"])
def test_signature_does_not_hold(
    client: Client, house: House, certificate: Any, fault: str
) -> None:
    came = answer(client, house, fault)
    came.decrypted()
    with pytest.raises(InvalidSignature):
        saml_sp.verified(signed_part(came, house), certificate(house.key), PSS)


def test_sha1_and_older_algorithms(client: Client, house: House, certificate: Any) -> None:
    came = answer(client, house, "rsa-sha256")
    part, pem = signed_part(came, house), certificate(house.key)
    saml_sp.verified(part, pem, SignatureMethod.RSA_SHA256)
    weak = signed_part(answer(client, house, "sha1"), house)
    config = SignatureConfiguration(
        signature_methods=frozenset({SignatureMethod.RSA_SHA1}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA1}),
        location="./",
    )
    XMLVerifier().verify(weak, x509_cert=pem.decode(), id_attribute="ID", expect_config=config)
    older = answer(client, house, "aes-cbc")
    method = older.response.find(".//xenc:EncryptedData/xenc:EncryptionMethod", NS)
    assert method.get("Algorithm") == saml_sp.CBC
    saml_sp.verified(signed_part(older, house), pem, PSS)


def test_plaintext(client: Client, house: House, certificate: Any) -> None:
    came = answer(client, house, "plaintext")
    part = came.response.find("a:Assertion", NS)
    assert saml_sp.attributes(part)
    root = came.response if house.signs == "response" else etree.fromstring(etree.tostring(part))
    saml_sp.verified(root, certificate(house.key), PSS)


def test_replay(client: Client, house: House) -> None:
    first = answer(client, house)
    again = answer(client, house, "replay")
    assert etree.tostring(first.response) == etree.tostring(again.response)
    assert etree.tostring(answer(client, house).response) != etree.tostring(again.response)


def test_nothing_to_replay_yet(client: Client, house: House) -> None:
    assert answer(client, house, "replay").status == ["Success"]


def test_other_person(client: Client, house: House, certificate: Any) -> None:
    """Rightly signed for us, but the answer to somebody else's request."""
    came = answer(client, house, "other-person")
    assert came.response.get("InResponseTo") == "_anfrage1"
    assert data(came).get("InResponseTo") != "_anfrage1"
    told = saml_sp.attributes(came.decrypted())
    assert "HARMS" not in told.values()
    assert "Ubben & Saathoff Elektrotechnik GmbH" not in told.values()
    saml_sp.verified(signed_part(came, house), certificate(house.key), PSS)


def test_addressed_to_others(client: Client, house: House) -> None:
    came = answer(client, house, "wrong-issuer")
    assert came.decrypted().findtext("a:Issuer", namespaces=NS) != house.entity_id
    came = answer(client, house, "wrong-audience")
    assert came.decrypted().findtext(".//a:Audience", namespaces=NS) != ENTITY
    came = answer(client, house, "no-audience")
    assert came.decrypted().find(".//a:AudienceRestriction", NS) is None
    assert data(answer(client, house, "wrong-recipient")).get("Recipient") != ACS
    assert answer(client, house, "wrong-destination").response.get("Destination") != ACS
    came = answer(client, house, "no-in-response-to")
    assert data(came).get("InResponseTo") is None
    assert came.response.get("InResponseTo") == "_anfrage1"
    assert came.action == ACS


def test_out_of_time(client: Client, house: House) -> None:
    now = datetime.now(UTC)
    late = answer(client, house, "expired")
    assert datetime.fromisoformat(data(late).get("NotOnOrAfter")) < now
    early = answer(client, house, "not-yet-valid").decrypted().find("a:Conditions", NS)
    assert datetime.fromisoformat(early.get("NotBefore")) > now


def test_lower_level(client: Client, house: House) -> None:
    wanted = int(WANTED[house.key][0].level[-1])
    part = answer(client, house, "lower-level").decrypted()
    level = part.findtext(".//a:AuthnContextClassRef", namespaces=NS)
    assert level == f"{STORK}{wanted - 1}"
    told = saml_sp.attributes(part)
    assert told.get("ElsterVertrauensniveauAuthentifizierung", "niedrig") == "niedrig"


def test_attributes_of_a_lower_level(client: Client) -> None:
    part = answer(client, BUNDID, "weak-attributes").decrypted()
    levels = {
        one.get(f"{{{NS['akdb']}}}TrustLevel") for one in part.iter(f"{{{NS['a']}}}Attribute")
    }
    assert levels == {"UNTERGEORDNET"}
    assert part.findtext(".//a:AuthnContextClassRef", namespaces=NS) == f"{STORK}4"
    assert "weak-attributes" not in faults.names(HOUSES["niedersachsen"])


def test_no_identifier(client: Client, house: House) -> None:
    part = answer(client, house, "no-identifier").decrypted()
    told = saml_sp.attributes(part)
    assert BPK2 not in told
    assert "DatenuebermittlerPseudonymId" not in told
    assert part.find(".//a:NameID", NS).get("Format").endswith(":transient")
    assert told.get(SURNAME, "HARMS") == "HARMS"


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("status.denied", ["Requester", "RequestDenied"]),
        ("status.no-level", ["Responder", "NoAuthnContext"]),
        ("status.broken", ["Responder"]),
    ],
)
def test_refusals(client: Client, house: House, fault: str, status: list[str]) -> None:
    came = answer(client, house, fault)
    assert came.status == status
    assert came.response.find("a:EncryptedAssertion", NS) is None


def test_out_of_reach_and_slow(client: Client, house: House, monkeypatch: Any) -> None:
    wanted = WANTED[house.key][0]
    address = f"/simulation/{house.key}/saml/"
    faults.switch_on(house, "unavailable")
    assert client.post(address, wanted.form()).status_code == 503
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    faults.switch_on(house, "slow")
    assert client.post(address, wanted.form()).status_code == 303
    assert waited == [pages.SLOW_SECONDS]


def test_switch_board(client: Client, house: House) -> None:
    address = f"/simulation/{house.key}/"
    page = client.get(address).content.decode()
    for name in faults.names(house):
        assert f'value="{name}"' in page
    client.post(address, {"name": "tampered", "times": "3"})
    assert faults.active(house) == {"tampered": 3}
    assert "an: 3" in client.get(address).content.decode()
    client.post(address, {"name": "tampered", "times": "0"})
    assert faults.active(house) == {}
    for wrong in ({"name": "nothing"}, {"name": "tampered", "times": "²"}, {}):
        assert client.post(address, wrong).status_code == 302
    assert faults.active(house) == {"tampered": 1}
    with pytest.raises(KeyError):
        faults.switch_on(house, "nothing")


def test_switches_of_one_house_leave_the_others_alone(client: Client) -> None:
    faults.switch_on(BUNDID, "unsigned")
    for other in ("niedersachsen", "unternehmenskonto"):
        assert faults.active(HOUSES[other]) == {}
    assert "Störung" in client.get("/simulation/paypal/schalter/").content.decode()


def test_page_warns_of_what_is_switched_on(client: Client) -> None:
    faults.switch_on(BUNDID, "tampered")
    arrived = client.post("/simulation/bundid/saml/", Request().form())
    chosen = {"method": "eID", "who": "tjorven", "action": "login"}
    page = client.post(arrived["Location"], chosen).content.decode()
    assert "Eingeschaltete Störung" in page
    assert "nach der Unterschrift verändert" in page
