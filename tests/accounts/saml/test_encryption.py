"""Only assertions encrypted for us count (TR-03172-3 A3.10.03)."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from rathaus.accounts.sources import keys
from tests.accounts.saml import forging, idp
from tests.accounts.saml.forging import DS, XENC, XENC11
from tests.accounts.saml.idp import Stage, code_of
from tests.support import identity

pytestmark = pytest.mark.one_database

CBC = f"{XENC}aes128-cbc"


def test_in_the_clear(stage: Stage) -> None:
    assert code_of(stage, idp.envelope(stage.said, stage.signed())) == "plaintext_assertion"


def test_a_plain_assertion_inside_an_encrypted_one(stage: Stage) -> None:
    """As if an assertion were its own ciphertext."""
    holder = etree.Element(f"{{{forging.SAML}}}EncryptedAssertion")
    holder.append(stage.signed())
    assert code_of(stage, idp.envelope(stage.said, holder)) == "plaintext_assertion"


def test_for_somebody_else(stage: Stage) -> None:
    stranger = identity.pair("stranger").certificate.public_key()
    assert code_of(stage, stage.answer(public_key=stranger)) == "not_encrypted_for_us"


def test_encrypted_with_our_signing_key(stage: Stage) -> None:
    """The two keys have two uses."""
    wrong = identity.pair("sp-signing").certificate.public_key()
    assert code_of(stage, stage.answer(public_key=wrong)) == "not_encrypted_for_us"


def test_signed_by_somebody_else_and_encrypted_for_us(stage: Stage) -> None:
    """Encryption proves nothing: our public key is in our metadata."""
    made = stage.signed(key=identity.pair("stranger").private_key)
    assert code_of(stage, stage.answer(made)) == "signature"


def test_cbc_only_by_setting(stage: Stage, tmp_path: Path) -> None:
    assert code_of(stage, stage.answer(content=CBC)) == "encryption_algorithm"
    older = idp.begin(idp.make_source(tmp_path, legacy_crypto=True))
    assert older.finish(older.answer(content=CBC)).subject == "person-1"


@pytest.mark.parametrize("name", [f"{XENC}tripledes-cbc", "", f"{XENC11}aes128-xxx"])
def test_other_ciphers(stage: Stage, name: str) -> None:
    answer = stage.answer()
    method = answer.find(f".//{{{XENC}}}EncryptedData/{{{XENC}}}EncryptionMethod")
    assert method is not None
    method.set("Algorithm", name)
    assert code_of(stage, answer) == "encryption_algorithm"


def test_rsa_without_oaep(stage: Stage, tmp_path: Path) -> None:
    """Bleichenbacher: PKCS#1 v1.5 key transport is not even tried, whatever the setting."""
    older = idp.begin(idp.make_source(tmp_path, legacy_crypto=True))
    for one in (stage, older):
        assert code_of(one, one.answer(transport=f"{XENC}rsa-1_5")) == "key_transport"


def test_oaep_parameters_nobody_uses(stage: Stage) -> None:
    answer = stage.answer()
    method = answer.find(f".//{{{XENC}}}EncryptedKey/{{{XENC}}}EncryptionMethod")
    assert method is not None
    etree.SubElement(method, f"{{{XENC}}}OAEPparams").text = "AAAA"
    assert code_of(stage, answer) == "key_transport"


@pytest.mark.parametrize("place", [0, 11, 12, 40, -17, -16, -1])
def test_changed_ciphertext(stage: Stage, place: int) -> None:
    """GCM notices every bit; the refusal does not say what was wrong."""
    answer = stage.answer()
    values = answer.findall(f".//{{{XENC}}}CipherValue")
    raw = bytearray(forging.base64.b64decode(values[1].text or ""))
    raw[place] ^= 1
    values[1].text = forging.b64(bytes(raw))
    assert code_of(stage, answer) == "not_encrypted_for_us"


def test_changed_key(stage: Stage) -> None:
    answer = stage.answer()
    value = answer.findall(f".//{{{XENC}}}CipherValue")[0]
    raw = bytearray(forging.base64.b64decode(value.text or ""))
    raw[7] ^= 1
    value.text = forging.b64(bytes(raw))
    assert code_of(stage, answer) == "not_encrypted_for_us"


@pytest.mark.parametrize("tail", range(0, 256, 17))
def test_padding_of_cbc_tells_nothing(tmp_path: Path, db: None, tail: int) -> None:
    """A padding oracle needs two different answers."""
    stage = idp.begin(idp.make_source(tmp_path, legacy_crypto=True))
    answer = stage.answer(content=CBC)
    value = answer.findall(f".//{{{XENC}}}CipherValue")[1]
    raw = bytearray(forging.base64.b64decode(value.text or ""))
    raw[-17] ^= tail or 1
    value.text = forging.b64(bytes(raw))
    assert code_of(stage, answer) == "not_encrypted_for_us"


def test_a_reference_instead_of_a_value(stage: Stage) -> None:
    """CipherReference would make us fetch an address of the sender's choice."""
    answer = stage.answer()
    value = answer.findall(f".//{{{XENC}}}CipherValue")[1]
    value.tag = f"{{{XENC}}}CipherReference"
    value.text = None
    value.set("URI", "http://127.0.0.1:9/x")
    assert code_of(stage, answer) == "encryption_shape"


def test_several_keys_or_ciphertexts(stage: Stage) -> None:
    answer = stage.answer()
    key = answer.find(f".//{{{XENC}}}EncryptedKey")
    assert key is not None
    again = etree.fromstring(etree.tostring(key))
    again.set("Id", "_key2")
    key.addnext(again)
    assert code_of(stage, answer) == "encryption_shape"
    answer = stage.answer()
    data = answer.find(f".//{{{XENC}}}EncryptedData")
    assert data is not None
    for one in data.iter():
        one.attrib.pop("Id", None)
    data.addnext(etree.fromstring(etree.tostring(data)))
    assert code_of(stage, answer) == "encryption_shape"


def test_encrypted_twice(stage: Stage) -> None:
    inner = stage.encrypted(stage.signed())
    assert code_of(stage, stage.answer(inner)) == "not_an_assertion"


def test_an_encrypted_attribute(stage: Stage) -> None:
    stage.said.extra = (
        '<saml:AttributeStatement><saml:EncryptedAttribute xmlns:xenc="'
        f'{XENC}"><xenc:EncryptedData><xenc:CipherData><xenc:CipherValue>AAAA</xenc:CipherValue>'
        "</xenc:CipherData></xenc:EncryptedData></saml:EncryptedAttribute>"
        "</saml:AttributeStatement>"
    )
    assert code_of(stage, stage.answer(stage.signed())) in {
        "second_verifier",
        "encrypted_attribute",
    }


def test_an_encrypted_name(stage: Stage) -> None:
    """Not supported, so it is no account: never taken for somebody."""
    made = idp.assertion(stage.said)
    name = made.find(f".//{{{forging.SAML}}}NameID")
    assert name is not None
    name.tag = f"{{{forging.SAML}}}EncryptedID"
    for attribute in list(name.attrib):
        del name.attrib[attribute]
    name.text = None
    name.append(stage.encrypted(b"<x/>")[0])
    name.find(f".//{{{XENC}}}EncryptedKey").attrib.pop("Id")  # type: ignore[union-attr]
    forging.sign(made, stage.key)
    assert stage.finish(stage.answer(made)).subject == ""


def test_key_roll_over(stage: Stage) -> None:
    """Before, during and after a change of our key, answers under way can be opened."""
    folder = keys.folder("land")
    new = identity.pair("stranger")
    identity.put(folder, new, "sp-encryption-next")
    identity.put(folder, new, "sp-signing-next")
    early = stage.answer(public_key=new.certificate.public_key())
    assert stage.finish(early).subject == "person-1"
    late = idp.begin(stage.source)
    answer = late.answer(idp_assertion(late, "_late"))
    assert keys.roll("land")
    assert late.finish(answer).subject == "person-1"
    assert keys.drop("land") == 2
    gone = idp.begin(stage.source)
    assert code_of(gone, gone.answer(idp_assertion(gone, "_gone"))) == "not_encrypted_for_us"


def idp_assertion(stage: Stage, ident: str) -> etree._Element:
    made = idp.assertion(stage.said, ident=ident)
    forging.sign(made, stage.key)
    return made


def test_content_key_of_another_length(stage: Stage) -> None:
    answer = stage.answer(content=f"{XENC11}aes128-gcm")
    method = answer.find(f".//{{{XENC}}}EncryptedData/{{{XENC}}}EncryptionMethod")
    assert method is not None
    method.set("Algorithm", f"{XENC11}aes256-gcm")
    assert code_of(stage, answer) == "not_encrypted_for_us"


def test_digest_name_is_checked(stage: Stage) -> None:
    answer = stage.answer()
    digest = answer.find(f".//{{{XENC}}}EncryptedKey//{{{DS}}}DigestMethod")
    assert digest is not None
    digest.set("Algorithm", f"{DS}md5")
    assert code_of(stage, answer) == "key_transport"
