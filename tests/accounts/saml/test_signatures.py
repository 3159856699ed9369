"""Signatures that must not count."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from rathaus.accounts.sources import keys
from rathaus.accounts.sources.base import LoginRefused
from rathaus.accounts.sources.saml import structure, verification
from tests.accounts.saml import forging, idp
from tests.accounts.saml.forging import C14N, DS, ENVELOPED, MORE, XENC
from tests.accounts.saml.idp import Stage, code_of
from tests.support import identity

pytestmark = pytest.mark.one_database


def test_unsigned(stage: Stage) -> None:
    """Anybody can encrypt with our public key."""
    assert code_of(stage, stage.answer(idp.assertion(stage.said))) == "assertion_unsigned"


def test_signature_excluded(stage: Stage) -> None:
    made = stage.signed()
    made.remove(made[1])
    assert code_of(stage, stage.answer(made)) == "assertion_unsigned"


def test_empty_signature(stage: Stage) -> None:
    made = stage.signed()
    made[1][1].text = ""
    assert code_of(stage, stage.answer(made)) == "signature"


def test_changed_after_signing(stage: Stage) -> None:
    made = stage.signed()
    name = made.find(f".//{{{forging.SAML}}}NameID")
    assert name is not None
    name.text = "evil"
    assert code_of(stage, stage.answer(made)) == "signature"


def test_foreign_key_that_introduces_itself(stage: Stage) -> None:
    """The certificate in KeyInfo is the attacker's and fits the signature."""
    stranger = identity.pair("stranger")
    made = idp.assertion(stage.said)
    forging.sign(made, stranger.private_key, certificate=stranger.certificate)
    assert code_of(stage, stage.answer(made)) == "signature"


def test_foreign_key_behind_the_right_certificate(stage: Stage) -> None:
    made = stage.signed(key=identity.pair("stranger").private_key)
    assert code_of(stage, stage.answer(made)) == "signature"


def test_our_own_key_is_not_theirs(stage: Stage) -> None:
    made = stage.signed(key=identity.pair("sp-signing").private_key)
    assert code_of(stage, stage.answer(made)) == "signature"


def test_sha1(stage: Stage) -> None:
    made = stage.signed(algorithm=forging.RSA_SHA1)
    assert code_of(stage, stage.answer(made)) == "signature_algorithm"
    made = stage.signed(digest=f"{DS}sha1")
    assert code_of(stage, stage.answer(made)) == "digest_algorithm"


@pytest.mark.parametrize("form", ["pem", "der", "certificate"])
def test_public_key_as_hmac_secret(stage: Stage, form: str) -> None:
    """Algorithm confusion: the public key is known to everybody."""
    certificate = stage.certificate
    secret = {
        "pem": certificate.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        ),
        "der": certificate.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        ),
        "certificate": certificate.public_bytes(Encoding.PEM),
    }[form]
    made = stage.signed(key=secret, algorithm=forging.HMAC_SHA256)
    assert code_of(stage, stage.answer(made)) == "signature_algorithm"


def test_ecdsa_named_for_an_rsa_key(stage: Stage) -> None:
    made = stage.signed()
    made[1][0][1].set("Algorithm", forging.ECDSA)
    assert code_of(stage, stage.answer(made)) == "signature"


@pytest.mark.parametrize(
    "reference", ["", "#", "#_other", "#xpointer(/)", "#xpointer(id('_assertion1'))", "http://x/"]
)
def test_signature_of_something_else(stage: Stage, reference: str) -> None:
    made = stage.signed(reference=reference)
    assert code_of(stage, stage.answer(made)) == "signature_of_something_else"


TRANSFORMS = {
    "xslt": f'<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform '
    'Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet version="1.0" '
    'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">'
    "<xsl:value-of select=\"document('/etc/passwd')\"/></xsl:template></xsl:stylesheet>"
    "</ds:Transform>",
    "xpath": f'<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform '
    'Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::x)'
    f'</ds:XPath></ds:Transform><ds:Transform Algorithm="{C14N}"/>',
    "base64": f'<ds:Transform Algorithm="{DS}base64"/><ds:Transform Algorithm="{C14N}"/>',
    "not enveloped": f'<ds:Transform Algorithm="{C14N}"/>',
    "with comments": f'<ds:Transform Algorithm="{ENVELOPED}"/>'
    f'<ds:Transform Algorithm="{C14N}WithComments"/>',
    "twice": f'<ds:Transform Algorithm="{ENVELOPED}"/>' + f'<ds:Transform Algorithm="{C14N}"/>' * 2,
    "inclusive": f'<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform '
    'Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>',
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_outside_the_profile(stage: Stage, name: str) -> None:
    made = stage.signed(transforms=TRANSFORMS[name])
    assert code_of(stage, stage.answer(made)) == "transforms"


def test_prefix_list_is_allowed(stage: Stage) -> None:
    """BundID's sample has one."""
    steps = (
        f'<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{C14N}">'
        f'<ec:InclusiveNamespaces xmlns:ec="{C14N}" PrefixList="xs"/></ds:Transform>'
    )
    made = idp.assertion(stage.said)
    raw = etree.tostring(
        made, method="c14n", exclusive=True, inclusive_ns_prefixes=["xs"], with_comments=False
    )
    value = forging.b64(forging.DIGESTS[f"{XENC}sha256"](raw).digest())
    forging.sign(made, stage.key, transforms=steps, digest_value=value)
    assert stage.finish(stage.answer(made)).subject == "person-1"


def second_signed_info(signature: etree._Element) -> None:
    """CVE-2025-29774: one SignedInfo is verified, another one is read."""
    signature.insert(0, etree.fromstring(etree.tostring(signature[0])))


def second_signature_value(signature: etree._Element) -> None:
    signature.insert(1, etree.fromstring(etree.tostring(signature[1])))


def second_reference(signature: etree._Element) -> None:
    signature[0].append(etree.fromstring(etree.tostring(signature[0][2])))


def second_digest(signature: etree._Element) -> None:
    """CVE-2025-29775 with an element instead of a comment."""
    etree.SubElement(signature[0][2][2], f"{{{DS}}}DigestValue").text = "AAAA"


def manifest(signature: etree._Element) -> None:
    signature[0][2].set("Type", f"{DS}Manifest")


def truncated_hmac(signature: etree._Element) -> None:
    etree.SubElement(signature[0][1], f"{{{DS}}}HMACOutputLength").text = "0"


def unknown_canonicalization(signature: etree._Element) -> None:
    signature[0][0].set("Algorithm", f"{C14N}WithComments")


def object_behind(signature: etree._Element) -> None:
    etree.SubElement(signature, f"{{{DS}}}Object").text = "x"


@pytest.mark.parametrize(
    "change",
    [
        second_signed_info,
        second_signature_value,
        second_reference,
        second_digest,
        manifest,
        truncated_hmac,
        unknown_canonicalization,
        object_behind,
    ],
)
def test_signatures_of_another_shape(
    stage: Stage, change: Callable[[etree._Element], None]
) -> None:
    made = stage.signed()
    change(made[1])
    forging.seal(made[1], stage.key, forging.RSA_SHA256) if made[1][1].tag.endswith(
        "Value"
    ) else None
    assert code_of(stage, stage.answer(made)) in {
        "signature_shape",
        "signature_of_something_else",
        "signature_algorithm",
        "canonicalization",
    }


def test_two_signatures(stage: Stage) -> None:
    made = stage.signed()
    made.insert(2, etree.fromstring(etree.tostring(made[1])))
    assert code_of(stage, stage.answer(made)) == "signature_elsewhere"


def test_signature_of_another_name(stage: Stage) -> None:
    """Capital letters and other namespaces do not make a signature."""
    made = stage.signed()
    made[1].tag = "{http://www.w3.org/2000/09/xmldsig}Signature"
    assert code_of(stage, stage.answer(made)) == "assertion_unsigned"


def test_weak_key(tmp_path: object, stage: Stage) -> None:
    """A key of 1024 bits in the metadata is not believed."""
    from rathaus.accounts.sources.saml import idp as reader

    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    weak = keys._certificate(key, "weak")
    with pytest.raises(reader.MetadataUnusable):
        reader.read(idp.metadata(weak), stage.source.entry)


def test_second_verifier_decides_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """If signxml were fooled, python3-saml would still refuse, and the other way round."""
    made = stage.signed(key=identity.pair("stranger").private_key)
    monkeypatch.setattr(verification, "signed_element", lambda element, provider: element)
    assert code_of(stage, stage.answer(made)) == "second_verifier"


def test_second_verifier_decides_too_where_its_schemas_end(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For xmlenc 1.1 python3-saml looks at the signature only, but at that it does look."""
    monkeypatch.setattr(verification, "signed_element", lambda element, provider: element)
    made = stage.signed(key=identity.pair("stranger").private_key)
    answer = stage.answer(made, transport=f"{forging.XENC11}rsa-oaep")
    assert code_of(stage, answer) == "second_verifier"


def test_first_verifier_decides_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    made = stage.signed(key=identity.pair("stranger").private_key)
    monkeypatch.setattr(verification, "agree", lambda *args, **kwargs: None)
    assert code_of(stage, stage.answer(made)) == "signature"


def test_more_algorithm_names(stage: Stage) -> None:
    for name in (f"{MORE}rsa-md5", f"{DS}dsa-sha1", f"{DS}hmac-sha1", "", "rsa-sha256"):
        made = stage.signed()
        made[1][0][1].set("Algorithm", name)
        assert code_of(stage, stage.answer(made)) == "signature_algorithm"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_flipped_byte_verifies(stage: Stage, data: st.DataObject) -> None:
    """Any byte of a signed assertion, changed to any other."""
    raw = bytearray(etree.tostring(stage.signed()))
    place = data.draw(st.integers(0, len(raw) - 1))
    mask = data.draw(st.integers(1, 255))
    raw[place] ^= mask
    never_another(stage, bytes(raw))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_cut_and_moved_piece_verifies(stage: Stage, data: st.DataObject) -> None:
    """Elements copied from one place of a signed assertion to another."""
    made = stage.signed()
    nodes = list(made.iter("*"))
    piece = data.draw(st.sampled_from(nodes[1:]))
    target = data.draw(st.sampled_from([one for one in nodes if one is not piece]))
    place = data.draw(st.integers(0, len(target)))
    target.insert(place, etree.fromstring(etree.tostring(piece, with_tail=False)))
    never_another(stage, etree.tostring(made))


def never_another(stage: Stage, plain: bytes) -> None:
    """Refused, or exactly what was signed."""
    from rathaus.accounts.models import SpentAssertion

    SpentAssertion.objects.all().delete()
    try:
        verified = stage.finish(stage.answer(plain))
    except LoginRefused as refused:
        assert refused.code != "unexpected"
        return
    assert verified.subject == "person-1"
    assert verified.attributes["family_name"].value == "MUSTERMANN"
    assert verified.attributes["birth_date"].value == "1964-08-12"


def test_structure_lets_only_the_profile_through(stage: Stage) -> None:
    """What the other tests rely on: a good assertion passes the check of the shape."""
    structure.check_assertion(stage.signed(), envelope=stage.answer())
