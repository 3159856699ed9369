"""Our own requests: signed, for a level, never naming anything that came from outside."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import xmlsec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from rathaus.accounts.sources.base import LoginRefused
from rathaus.accounts.trust import TrustLevel
from tests.accounts.saml import idp
from tests.accounts.saml.forging import DS, SAML, SAMLP
from tests.accounts.saml.idp import Stage
from tests.support import identity

pytestmark = pytest.mark.one_database

RETURN = "http://localhost:8000/konto/rueckkehr/land/"


def message(stage: Stage) -> etree._Element:
    return etree.fromstring(base64.b64decode(stage.departure.fields["SAMLRequest"]))


def verify(root: etree._Element) -> None:
    """With libxmlsec, which had no part in the signing."""
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        identity.pair("sp-signing").certificate_pem, xmlsec.KeyFormat.CERT_PEM, None
    )
    signature = root.find(f"{{{DS}}}Signature")
    assert signature is not None
    context.verify(signature)


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "rsa-pss"])
def test_posted_request(tmp_path: Path, db: None, algorithm: str) -> None:
    stage = idp.begin(idp.make_source(tmp_path, request_signature=algorithm))
    root = message(stage)
    verify(root)
    assert stage.departure.url == idp.SSO == root.get("Destination")
    assert root.get("ID") == stage.departure.request_id == stage.departure.fields["RelayState"]
    assert root.get("AssertionConsumerServiceURL") == RETURN
    assert root.get("ForceAuthn") == "true"
    assert root.get("ProtocolBinding") == "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    assert root.findtext(f"{{{SAML}}}Issuer") == "http://localhost:8000/konto/metadaten/land/"
    wanted = root.find(f"{{{SAMLP}}}RequestedAuthnContext")
    assert wanted is not None
    assert wanted.get("Comparison") == "minimum"
    assert wanted.findtext(f"{{{SAML}}}AuthnContextClassRef") == idp.HIGH
    assert [etree.QName(child).localname for child in root] == [
        "Issuer",
        "Signature",
        "NameIDPolicy",
        "RequestedAuthnContext",
    ]


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "rsa-pss"])
def test_redirected_request(tmp_path: Path, db: None, algorithm: str) -> None:
    source = idp.make_source(tmp_path, binding="redirect", request_signature=algorithm)
    stage = idp.begin(source)
    assert stage.departure.url.startswith(f"{idp.SSO}/r?SAMLRequest=")
    assert not stage.departure.fields
    query, _, _ = urlsplit(stage.departure.url).query.rpartition("&Signature=")
    given = parse_qs(urlsplit(stage.departure.url).query)
    how = (
        padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        if algorithm == "rsa-pss"
        else padding.PKCS1v15()
    )
    identity.pair("sp-signing").certificate.public_key().verify(  # type: ignore[union-attr,call-arg]
        base64.b64decode(given["Signature"][0]), query.encode(), how, hashes.SHA256()
    )
    raw = zlib.decompress(base64.b64decode(given["SAMLRequest"][0]), -15)
    root = etree.fromstring(raw)
    assert root.get("Destination") == f"{idp.SSO}/r"
    assert root.find(f"{{{DS}}}Signature") is None
    assert given["RelayState"] == [stage.departure.request_id]
    assert stage.finish(stage.answer()).subject == "person-1"


def test_every_request_has_a_name_of_its_own(stage: Stage) -> None:
    names = {idp.begin(stage.source).departure.request_id for _ in range(5)}
    assert len(names) == 5
    assert all(len(name) == 41 for name in names)


@pytest.mark.parametrize(
    ("level", "reference"),
    [
        (TrustLevel.NONE, idp.PASSWORD),
        (TrustLevel.BASIC, idp.PASSWORD),
        (TrustLevel.SUBSTANTIAL, "http://eidas.europa.eu/LoA/substantial"),
        (TrustLevel.HIGH, idp.HIGH),
    ],
)
def test_level(tmp_path: Path, db: None, level: TrustLevel, reference: str) -> None:
    root = message(idp.begin(idp.make_source(tmp_path), level=level))
    assert root.findtext(f".//{{{SAML}}}AuthnContextClassRef") == reference


def test_a_level_the_source_cannot_reach(tmp_path: Path, db: None) -> None:
    source = idp.make_source(tmp_path, levels={"basic": [idp.PASSWORD]})
    with pytest.raises(LoginRefused) as caught:
        idp.begin(source)
    assert caught.value.code == "level_unreachable"


def test_the_other_binding_if_only_that_is_offered(tmp_path: Path, db: None) -> None:
    post = b"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    raw = idp.metadata(identity.pair("idp-signing").certificate).replace(post, b"urn:other")
    (tmp_path / "idp.xml").write_bytes(raw)
    stage = idp.begin(idp.make_source(tmp_path))
    assert stage.departure.url.startswith(f"{idp.SSO}/r?")


def test_where_the_form_may_be_sent(stage: Stage) -> None:
    assert stage.source.form_targets == ("https://konto.example",)


def test_entity_id_by_setting(tmp_path: Path, db: None) -> None:
    """Once registered it stays, even if the address of the portal changes."""
    source = idp.make_source(tmp_path, entity_id="https://rathaus.example/sp")
    stage = idp.begin(source)
    assert message(stage).findtext(f"{{{SAML}}}Issuer") == "https://rathaus.example/sp"
    assert b'entityID="https://rathaus.example/sp"' in (source.metadata() or b"")
    assert stage.finish(stage.answer()).subject == "person-1"
