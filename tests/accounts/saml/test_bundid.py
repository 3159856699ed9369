"""BundID: the akdb extension v2, mapping by OID, levels of single attributes, guests, FINK."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from rathaus.accounts.sources.base import Attribute
from rathaus.accounts.trust import TrustLevel
from tests.accounts.saml import forging, idp
from tests.accounts.saml.idp import Stage, code_of

pytestmark = pytest.mark.one_database

AKDB = "https://www.akdb.de/request/2018/09"
CLASSIC = f"{AKDB}/classic-ui/v1"
OID = "urn:oid:"
BPK2 = f"{OID}1.3.6.1.4.1.25484.494450.3"
STORK = f"{OID}1.2.40.0.10.2.1.1.261.94"
METHOD = f"{OID}1.3.6.1.4.1.25484.494450.2"


def make(tmp_path: Path, *, link: bool = True, level: TrustLevel = TrustLevel.HIGH) -> Stage:
    source = idp.make_source(
        tmp_path,
        key="bundid",
        kind="bundid",
        label="BundID",
        name_id_format="transient",
        organisation="Stadt Wiesmoor",
        online_service_id="BMI-A1234",
    )
    stage = idp.begin(source, level=level, link=link)
    stage.said.context = "STORK-QAA-Level-4"
    stage.said.name_id_format = idp.TRANSIENT
    stage.said.name_id = "_transient"
    stage.said.attributes = person()
    return stage


def person(**changed: Any) -> dict[str, Any]:
    """As the interface description shows it: upper case, each value with its level."""
    return {
        BPK2: ("k2jBT0cykDVqiKWia1VMzqmntTu", "HOCH"),
        STORK: "STORK-QAA-Level-4",
        METHOD: "eID",
        f"{OID}2.5.4.42": ("ERIKA", "HOCH"),
        f"{OID}2.5.4.4": ("MUSTERMANN", "HOCH"),
        f"{OID}1.2.40.0.10.2.1.1.55": ("1964-08-12", "HOCH"),
        f"{OID}2.5.4.16": ("HEIDESTRAẞE 17", "SUBSTANTIELL"),
        f"{OID}2.5.4.17": ("51147", "HOCH"),
        f"{OID}2.5.4.7": ("KÖLN", "HOCH"),
        f"{OID}1.2.40.0.10.2.1.1.225577": ("D", "HOCH"),
        f"{OID}0.9.2342.19200300.100.1.3": ("erika@example.org", "NORMAL"),
        f"{OID}2.5.4.20": "0123",
        **changed,
    }


def extension(stage: Stage) -> etree._Element:
    root = etree.fromstring(base64.b64decode(stage.departure.fields["SAMLRequest"]))
    found = root.find(
        "{urn:oasis:names:tc:SAML:2.0:protocol}Extensions/" + f"{{{AKDB}}}AuthenticationRequest"
    )
    assert found is not None
    return found


def test_extension(tmp_path: Path, db: None) -> None:
    found = extension(make(tmp_path))
    assert dict(found.attrib) == {"Version": "2", "EnableStatusDetail": "true"}
    assert [etree.QName(child).localname for child in found] == [
        "AuthnMethods",
        "RequestedAttributes",
        "DisplayInformation",
    ]
    assert [
        (etree.QName(method).localname, method.findtext(f"{{{AKDB}}}Enabled"))
        for method in found[0]
    ] == [(name, "true") for name in ("Benutzername", "eID", "eIDAS", "Elster", "FINK")]
    assert {one.get("RequiredAttribute") for one in found[1]} == {"false"}
    version = found[2][0]
    assert version.tag == f"{{{CLASSIC}}}Version"
    assert [(etree.QName(one).localname, one.text) for one in version] == [
        ("OrganizationDisplayName", "Stadt Wiesmoor"),
        ("Lang", "de"),
        ("OnlineServiceId", "BMI-A1234"),
    ]


def test_back_url_is_always_our_own(tmp_path: Path, db: None, settings: Any) -> None:
    """BundID does not check it, so nothing from a request may get in there."""
    settings.BASE_URL = "https://rathaus.example"
    found = extension(make(tmp_path)).findtext(f".//{{{CLASSIC}}}BackURL")
    assert found == "https://rathaus.example/konto/anmelden/"


@pytest.mark.parametrize(
    ("language", "said"), [("de", "de"), ("en", "en"), ("en-gb", "en"), ("uk", "uk"), ("fr", "de")]
)
def test_language(tmp_path: Path, db: None, language: str, said: str) -> None:
    stage = make(tmp_path)
    departure = stage.source.begin(
        level=TrustLevel.HIGH, return_url=stage.return_url, language=language, link=True
    )
    stage.departure = departure
    assert extension(stage).findtext(f".//{{{CLASSIC}}}Lang") == said


def test_the_account_key_is_asked_for_only_where_it_is_needed(tmp_path: Path, db: None) -> None:
    """Asking for bPK2 takes the log-in as a guest away."""
    linked = {one.get("Name") for one in extension(make(tmp_path, link=True))[1]}
    guest = {one.get("Name") for one in extension(make(tmp_path, link=False))[1]}
    assert linked - guest == {BPK2}


@pytest.mark.parametrize(
    ("level", "said"), [(TrustLevel.BASIC, 1), (TrustLevel.SUBSTANTIAL, 3), (TrustLevel.HIGH, 4)]
)
def test_requested_level(tmp_path: Path, db: None, level: TrustLevel, said: int) -> None:
    raw = base64.b64decode(make(tmp_path, level=level).departure.fields["SAMLRequest"])
    assert f">STORK-QAA-Level-{said}<".encode() in raw
    assert b'Comparison="minimum"' in raw


def test_a_login_with_the_identity_card(tmp_path: Path, db: None) -> None:
    stage = make(tmp_path)
    verified = stage.finish(stage.answer(stage.signed(algorithm=forging.RSA_PSS)))
    assert verified.subject == "k2jBT0cykDVqiKWia1VMzqmntTu"
    assert verified.level == TrustLevel.HIGH
    assert verified.method == "eID"
    assert verified.attributes["family_name"] == Attribute("MUSTERMANN", TrustLevel.HIGH)
    assert verified.attributes["nationality"].value == "DE"
    assert verified.attributes["street"] == Attribute("HEIDESTRAẞE", TrustLevel.SUBSTANTIAL)
    assert verified.attributes["house_number"] == Attribute("17", TrustLevel.SUBSTANTIAL)
    assert verified.attributes["email"].level == TrustLevel.BASIC
    assert verified.attributes["phone"].level == TrustLevel.BASIC  # without a level: the lowest


def test_attribute_below_the_login(tmp_path: Path, db: None) -> None:
    stage = make(tmp_path)
    stage.said.attributes = person(
        **{f"{OID}2.5.4.4": ("MUSTERMANN", "UNTERGEORDNET"), f"{OID}2.5.4.42": ("ERIKA", "WHAT")}
    )
    found = stage.finish(stage.answer(stage.signed())).attributes
    assert found["family_name"].level == TrustLevel.BASIC
    assert found["given_names"].level == TrustLevel.BASIC


def test_attribute_above_the_login(tmp_path: Path, db: None) -> None:
    """Verified by eID once, but today somebody came with a password."""
    stage = make(tmp_path, level=TrustLevel.BASIC)
    stage.said.context = "STORK-QAA-Level-1"
    stage.said.attributes = person(**{STORK: "STORK-QAA-Level-1", METHOD: "Benutzername"})
    verified = stage.finish(stage.answer(stage.signed()))
    assert verified.level == TrustLevel.BASIC
    assert {one.level for one in verified.attributes.values()} == {TrustLevel.BASIC}


@pytest.mark.parametrize(
    ("context", "attribute"),
    [(4, "STORK-QAA-Level-3"), (3, "STORK-QAA-Level-4"), (4, "STORK-QAA-Level-9"), (1, "")],
)
def test_level_downgrade(tmp_path: Path, db: None, context: int, attribute: str) -> None:
    """The lower of both counts, and it is below what was asked for."""
    stage = make(tmp_path)
    stage.said.context = f"STORK-QAA-Level-{context}"
    stage.said.attributes = person(**{STORK: attribute})
    assert code_of(stage, stage.answer(stage.signed())) in {"level", "level_unknown"}


def test_guest(tmp_path: Path, db: None) -> None:
    """Let through, but without a subject: no account comes of it."""
    stage = make(tmp_path, link=False)
    stage.said.attributes = person()
    del stage.said.attributes[BPK2]
    verified = stage.finish(stage.answer(stage.signed()))
    assert verified.subject == ""
    assert verified.attributes["family_name"].value == "MUSTERMANN"


def test_a_guest_where_an_account_is_needed(tmp_path: Path, db: None) -> None:
    stage = make(tmp_path, link=True)
    del stage.said.attributes[BPK2]
    assert code_of(stage, stage.answer(stage.signed())) == "no_account"


def test_fink_is_another_account(tmp_path: Path, db: None) -> None:
    """The same key from another account system must not open the account of BundID."""
    stage = make(tmp_path)
    stage.said.attributes = person(**{METHOD: "FINK"})
    verified = stage.finish(stage.answer(stage.signed()))
    assert verified.subject == "FINK:k2jBT0cykDVqiKWia1VMzqmntTu"
    assert verified.method == "FINK"


def test_a_stray_blank_in_an_oid(tmp_path: Path, db: None) -> None:
    """The interface description prints ``urn:oid: 0.9…`` for the title."""
    stage = make(tmp_path)
    stage.said.attributes = person(**{f"{OID} 0.9.2342.19200300.100.1.40": ("DR.", "HOCH")})
    found = stage.finish(stage.answer(stage.signed())).attributes
    assert found["doctoral_degree"] == Attribute("DR.", TrustLevel.HIGH)


def test_an_account_key_twice(tmp_path: Path, db: None) -> None:
    stage = make(tmp_path)
    stage.said.attributes = person(**{BPK2: ["one", "two"]})
    assert code_of(stage, stage.answer(stage.signed())) == "several_values"


@pytest.mark.parametrize(
    ("entity_id", "fine"),
    [
        ("https://rathaus.example/konto/metadaten/bundid/", True),
        ("https://rathaus.example:8443/sp", False),
        ("http://rathaus.example/sp", False),
        ("urn:rathaus", False),
    ],
)
def test_our_name_has_to_suit_bundid(tmp_path: Path, entity_id: str, fine: bool) -> None:
    source = idp.make_source(
        tmp_path,
        key="bundid",
        kind="bundid",
        entity_id=entity_id,
        organisation="Stadt Wiesmoor",
        online_service_id="BMI-A1234",
    )
    assert (not source.health().problems) == fine
