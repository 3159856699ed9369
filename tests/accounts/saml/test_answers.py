"""Good answers, in all notations that account systems may use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from rathaus.accounts.sources.base import Attribute
from rathaus.accounts.trust import TrustLevel
from tests.accounts.saml import forging, idp
from tests.accounts.saml.forging import XENC, XENC11
from tests.accounts.saml.idp import Stage


def test_a_good_answer_counts(stage: Stage) -> None:
    verified = stage.finish(stage.answer())
    assert verified.source == "land"
    assert verified.subject == "person-1"
    assert verified.level == TrustLevel.HIGH
    assert abs((datetime.now(UTC) - verified.authenticated_at).total_seconds()) < 60
    assert verified.attributes["family_name"] == Attribute("MUSTERMANN", TrustLevel.HIGH)
    assert verified.attributes["birth_date"] == Attribute("1964-08-12", TrustLevel.HIGH)
    assert verified.attributes["street"].value == "HEIDESTRAẞE"
    assert verified.attributes["house_number"].value == "17"
    assert verified.attributes["email"].level == TrustLevel.BASIC


@pytest.mark.parametrize("algorithm", [forging.RSA_SHA256, forging.RSA_PSS])
@pytest.mark.parametrize("content", [f"{XENC11}aes{bits}-gcm" for bits in (128, 192, 256)])
@pytest.mark.parametrize(
    ("transport", "oaep"),
    [
        (f"{XENC}rsa-oaep-mgf1p", "sha1"),
        (f"{XENC}rsa-oaep-mgf1p", "sha256"),
        (f"{XENC11}rsa-oaep", "sha1"),
        (f"{XENC11}rsa-oaep", "sha256"),
    ],
)
def test_every_allowed_algorithm(
    stage: Stage, algorithm: str, content: str, transport: str, oaep: str
) -> None:
    answer = stage.answer(
        stage.signed(algorithm=algorithm), content=content, transport=transport, oaep=oaep
    )
    assert stage.finish(answer).subject == "person-1"


def test_a_key_beside_the_data(stage: Stage) -> None:
    assert stage.finish(stage.answer(beside=True)).subject == "person-1"


@pytest.mark.parametrize("oaep", [f"{XENC}rsa-oaep-mgf1p", f"{XENC11}rsa-oaep"])
def test_response_and_assertion_signed(stage: Stage, oaep: str) -> None:
    answer = stage.answer(transport=oaep)
    forging.sign(answer, stage.key, algorithm=forging.RSA_PSS)
    assert stage.finish(answer).subject == "person-1"


@pytest.mark.parametrize("oaep", [f"{XENC}rsa-oaep-mgf1p", f"{XENC11}rsa-oaep"])
def test_only_the_response_signed_where_that_was_agreed(
    tmp_path: Path, db: None, oaep: str
) -> None:
    stage = idp.begin(idp.make_source(tmp_path, signed="response"))
    answer = stage.answer(idp.assertion(stage.said), transport=oaep)
    assert stage.finish(answer).subject == "person-1"


def test_elliptic_curves(tmp_path: Path, db: None) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    now = datetime.now(UTC)
    certificate = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now, now.replace(year=now.year + 1)
    ).sign(key, hashes.SHA256())
    (tmp_path / "idp.xml").write_bytes(idp.metadata(certificate))
    stage = idp.begin(idp.make_source(tmp_path))
    answer = stage.answer(stage.signed(key=key, algorithm=forging.ECDSA))
    assert stage.finish(answer).subject == "person-1"


def test_prefixes_declared_on_the_envelope_only(stage: Stage) -> None:
    """Some systems cut the assertion out of its context before they encrypt it."""
    plain = forging.c14n(stage.signed()).replace(
        b' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"', b"", 1
    )
    assert stage.finish(stage.answer(plain)).subject == "person-1"


def test_a_higher_level_than_asked_for_counts(tmp_path: Path, db: None) -> None:
    stage = idp.begin(idp.make_source(tmp_path), level=TrustLevel.BASIC)
    assert stage.finish(stage.answer()).level == TrustLevel.HIGH


def test_a_transient_name_is_no_account(stage: Stage) -> None:
    stage.said = replace(stage.said, name_id_format=idp.TRANSIENT)
    assert stage.finish(stage.answer()).subject == ""
