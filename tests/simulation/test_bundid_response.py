"""What the simulated account systems answer: as the interface descriptions have it."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any

import onelogin.saml2
import pytest
from django.test import Client
from lxml import etree
from signxml.algorithms import SignatureMethod
from tests.support import saml_sp
from tests.support.saml_sp import ACS, BPK2, ENTITY, GIVEN, MAIL, NS, SURNAME, Request, extension

from rathaus.simulation.bundid import attributes, faults
from rathaus.simulation.bundid.houses import BUNDID, HOUSES, NIEDERSACHSEN, UNTERNEHMENSKONTO

pytestmark = pytest.mark.usefixtures("houses")
SCHEMAS = Path(onelogin.saml2.__file__).parent / "schemas"
PSS = SignatureMethod.SHA256_RSA_MGF1
STORK = "STORK-QAA-Level-"
LAND = Request(house="niedersachsen", extension=None, level=f"{STORK}2")
COMPANY = Request(house="unternehmenskonto", extension=None, level=f"{STORK}1")
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
LEVEL = ".//a:AuthnContextClassRef"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The schema of the protocol, as python3-saml ships it."""
    return etree.XMLSchema(etree.parse(SCHEMAS / "saml-schema-protocol-2.0.xsd"))


def log_in_company(client: Client, who: str = "ubben") -> saml_sp.Came:
    return saml_sp.log_in(client, COMPANY, method="zertifikat", who=who)


def when(node: Any, name: str) -> datetime:
    return datetime.fromisoformat(node.get(name))


@pytest.mark.parametrize(
    ("request_", "method", "who"),
    [
        (Request(), "eID", "hauke"),
        (Request(), "Elster", "zeynep"),
        (LAND, "basis", "ubbo"),
        (COMPANY, "zertifikat", "liek_up"),
        (COMPANY, "zertifikat", "tjorven"),
    ],
)
@pytest.mark.parametrize("fault", ["", "plaintext"])
def test_follows_the_schema(
    client: Client, schema: Any, request_: Request, method: str, who: str, fault: str
) -> None:
    if fault:
        faults.switch_on(HOUSES[request_.house], fault)
    came = saml_sp.log_in(client, request_, method=method, who=who)
    root = came.response
    if not fault:
        schema.assertValid(root)
        part = came.decrypted()
        root.replace(root.find("a:EncryptedAssertion", NS), part)
    for value in root.iter(f"{{{NS['a']}}}AttributeValue"):
        # The type of the structured address is of a schema that ELSTER has not published.
        if value.get(TYPE, "").startswith("ekona:"):
            del value.attrib[TYPE]
    schema.assertValid(etree.fromstring(etree.tostring(root)))


def test_signed_by_the_house_and_encrypted_for_us(client: Client, certificate: Any) -> None:
    came = saml_sp.log_in(client, Request())
    root = came.response
    assert came.action == ACS
    assert came.relay_state == "zustand"
    assert came.status == ["Success"]
    assert root.find("a:Assertion", NS) is None
    assert root.find("ds:Signature", NS) is None
    methods = [one.get("Algorithm") for one in root.iter(f"{{{NS['xenc']}}}EncryptionMethod")]
    assert methods == [saml_sp.GCM, "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"]
    part = saml_sp.verified(came.decrypted(), certificate("bundid"), PSS)
    assert saml_sp.attributes(part)[SURNAME] == "HARMS"
    prefixes = part.find(".//{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces")
    assert prefixes is None or prefixes.get("PrefixList") == "xsd"


def test_says_for_whom_from_whom_and_until_when(client: Client) -> None:
    came = saml_sp.log_in(client, Request(id="_meineanfrage"))
    house, part = "http://testserver/simulation/bundid/metadaten/", came.decrypted()
    assert came.response.findtext("a:Issuer", namespaces=NS) == house
    assert part.findtext("a:Issuer", namespaces=NS) == house
    assert came.response.get("InResponseTo") == "_meineanfrage"
    assert came.response.get("Destination") == ACS
    data = part.find(".//a:SubjectConfirmationData", NS)
    assert data.get("InResponseTo") == "_meineanfrage"
    assert data.get("Recipient") == ACS
    assert data.get("Address") == "127.0.0.1"
    conditions = part.find("a:Conditions", NS)
    assert conditions.findtext(".//a:Audience", namespaces=NS) == ENTITY
    life = when(conditions, "NotOnOrAfter") - when(conditions, "NotBefore")
    assert life.total_seconds() == 300
    assert when(data, "NotOnOrAfter") == when(conditions, "NotOnOrAfter")
    assert part.find("a:AuthnStatement", NS).get("SessionIndex")


def test_every_name_is_new_and_means_nothing(client: Client) -> None:
    first, second = (saml_sp.log_in(client, Request()).decrypted() for _ in range(2))
    for path in ("a:Subject/a:NameID",):
        one, other = first.find(path, NS), second.find(path, NS)
        assert one.get("Format").endswith(":transient")
        assert one.text != other.text
    assert first.get("ID") != second.get("ID")
    assert "tjorven" not in first.findtext("a:Subject/a:NameID", namespaces=NS).lower()


@pytest.mark.parametrize(
    ("method", "who", "level", "trust"),
    [
        ("eID", "tjorven", 4, "HOCH"),
        ("Elster", "tjorven", 3, "SUBSTANTIELL"),
        ("eIDAS", "eva", 4, "HOCH"),
        ("FINK", "jelto", 2, "NORMAL"),
        ("Benutzername", "tjorven", 1, "UNTERGEORDNET"),
    ],
)
def test_levels(client: Client, method: str, who: str, level: int, trust: str) -> None:
    came = saml_sp.log_in(client, Request(level=f"{STORK}1"), method=method, who=who)
    part = came.decrypted()
    assert part.findtext(LEVEL, namespaces=NS) == f"{STORK}{level}"
    found = came.attributes()
    assert found[f"{saml_sp.OID}1.2.40.0.10.2.1.1.261.94"] == f"{STORK}{level}"
    assert found[f"{saml_sp.OID}1.3.6.1.4.1.25484.494450.2"] == method
    trusts = {
        one.get("Name"): one.get(f"{{{NS['akdb']}}}TrustLevel")
        for one in part.iter(f"{{{NS['a']}}}Attribute")
    }
    assert trusts[SURNAME] == trust
    assert all(trusts.values())
    # Whoever proves a name has proved no address: it is what the person typed in.
    assert trusts.get(MAIL) in {"NORMAL", "UNTERGEORDNET", None}


def test_only_what_was_asked_for(client: Client) -> None:
    wanted = Request(extension=extension(attributes=(GIVEN, BPK2)))
    names = set(saml_sp.log_in(client, wanted).attributes())
    always = {n for n in names if attributes.FRIENDLY[n] in {
        "EID-CITIZEN-QAA-LEVEL", "Version", "AssertionProvedBy", "mfa"}}  # fmt: skip
    assert names - always == {GIVEN, BPK2}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("hauke", {SURNAME: "POELMANN", saml_sp.TITLE: "DR.", saml_sp.STREET: "HEIDESTRAẞE 17"}),
        ("heike", {SURNAME: "LÜKEN", saml_sp.STREET: "JASMINWEG 2"}),
        ("linh", {GIVEN: "THÙY LINH", SURNAME: "NGUYỄN"}),
        ("suryani", {SURNAME: "SURYANI", saml_sp.BIRTH: "1992-02-29"}),
    ],
)
def test_identity_cards_shout(client: Client, who: str, expected: dict[str, str]) -> None:
    found = saml_sp.log_in(client, Request(), who=who).attributes()
    assert expected.items() <= found.items()
    assert (GIVEN in found) == (who != "suryani")
    assert all(unicodedata.is_normalized("NFC", value) for value in found.values())


def test_other_ways_write_names_as_usual(client: Client) -> None:
    found = saml_sp.log_in(client, Request(), method="Elster", who="heike").attributes()
    assert found[SURNAME] == "Lüken"


def test_account_key_depends_on_the_host_of_our_name(client: Client, monkeypatch: Any) -> None:
    from rathaus.simulation.bundid import sp

    def key_for(entity: str, who: str = "tjorven") -> str:
        monkeypatch.setattr(sp, "metadata_of", lambda house: saml_sp.metadata(entity))
        return saml_sp.log_in(client, Request(issuer=entity), who=who).attributes()[BPK2]

    first = key_for(ENTITY)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", first)
    assert key_for("https://RATHAUS.example/anderer/pfad/") == first
    assert key_for("https://neu.example/konto/metadaten/bundid/") != first
    assert key_for(ENTITY, "heike") != first


def test_fink_has_a_key_of_its_own_kind(client: Client) -> None:
    came = saml_sp.log_in(client, Request(level=f"{STORK}2"), method="FINK", who="jelto")
    assert came.attributes()[BPK2].startswith("FINK-")


def test_guest_has_no_key(client: Client) -> None:
    wanted = tuple(name for name in saml_sp.USUAL if name != BPK2)
    came = saml_sp.log_in(client, Request(extension=extension(attributes=wanted)), who="gast")
    assert BPK2 not in came.attributes()
    assert came.attributes()[SURNAME] == "WITTROCK"


@pytest.mark.parametrize("detail", [True, False])
def test_required_attribute_that_is_missing(client: Client, schema: Any, detail: bool) -> None:
    wanted = extension(required=(GIVEN,), detail=detail)
    came = saml_sp.log_in(client, Request(extension=wanted), who="suryani")
    assert came.status == ["Requester", "RequestDenied"]
    schema.assertValid(came.response)
    assert came.response.find("a:EncryptedAssertion", NS) is None
    node = came.response.find(".//akdb:StatusDetail", NS)
    assert (node is not None) == detail
    if node is not None:
        told = json.loads(node.text)
        assert told["version"] == "1.0"
        assert told["errors"][0]["code"] == "IDP_REQUIRED_ATTRIBUTES_MISSING"
        assert GIVEN in told["errors"][0]["message"]


@pytest.mark.parametrize(
    ("level", "method", "expected"),
    [
        (f"{STORK}2", "basis", f"{STORK}2"),
        (f"{STORK}2", "plus", f"{STORK}4"),
        ("http://eidas.europa.eu/LoA/low", "basis", "http://eidas.europa.eu/LoA/low"),
        ("http://eidas.europa.eu/LoA/low", "plus", "http://eidas.europa.eu/LoA/high"),
    ],
)
def test_land_answers_in_the_words_of_the_request(
    client: Client, certificate: Any, level: str, method: str, expected: str
) -> None:
    request = Request(house="niedersachsen", extension=None, level=level)
    first, second = (saml_sp.log_in(client, request, method=method).decrypted() for _ in range(2))
    saml_sp.verified(first, certificate("niedersachsen"), PSS)
    assert first.findtext(LEVEL, namespaces=NS) == expected
    assert "TrustLevel" not in etree.tostring(first).decode()
    assert BPK2 not in saml_sp.attributes(first)
    one, other = first.find(".//a:NameID", NS), second.find(".//a:NameID", NS)
    assert one.get("Format").endswith(":persistent")
    assert one.text == other.text


def test_company_in_the_signed_envelope(client: Client, certificate: Any) -> None:
    came = log_in_company(client)
    assert saml_sp.verified(came.response, certificate("unternehmenskonto"), PSS) is not None
    part = came.decrypted()
    assert part.find("ds:Signature", NS) is None
    found = saml_sp.attributes(part)
    assert found["Firmenname"] == "Ubben & Saathoff Elektrotechnik GmbH"
    assert found["PersTyp"] == "NNatPers"
    assert found["ElsterVertrauensniveauAuthentifizierung"] == "substanziell"
    assert re.fullmatch(r"du-[0-9a-f]{40}", found["DatenuebermittlerPseudonymId"])
    assert part.findtext(".//a:NameID", namespaces=NS).startswith("ek-")
    assert part.findtext(LEVEL, namespaces=NS) == f"{STORK}3"
    formats = {one.get("NameFormat") for one in part.iter(f"{{{NS['a']}}}Attribute")}
    assert formats == {"urn:oasis:names:tc:SAML:2.0:attrname-format:basic"}


def test_company_address_has_parts(client: Client) -> None:
    part = log_in_company(client, "friesenbaeckerei").decrypted()
    place = part.find(".//a:Attribute[@Name='Unternehmensanschrift']/a:AttributeValue", NS)
    told = {etree.QName(one).localname: one.text for one in place}
    assert told == {
        "Typ": "Inland",
        "Strasse": "Marktplatz",
        "Hausnummer": "9",
        "PLZ": "26639",
        "Ort": "Wiesmoor",
        "Adressergaenzung": "Hinterhaus",
        "Land": "DE",
    }
    assert {etree.QName(one).namespace for one in place} == {NS["ekona"]}


def test_somebody_who_trades_under_the_own_name(client: Client) -> None:
    found = log_in_company(client, "tjorven").attributes()
    assert found["PersTyp"] == "NatPers"
    assert (found["Vorname"], found["Name"]) == ("Tjorven", "Harms")
    assert found["Geburtsdatum"] == "17.04.1991"


def test_houses_sign_with_keys_of_their_own(certificate: Any) -> None:
    pems = {certificate(house.key) for house in (BUNDID, NIEDERSACHSEN, UNTERNEHMENSKONTO)}
    assert len(pems) == 3
