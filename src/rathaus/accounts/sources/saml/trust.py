"""Whether metadata are signed by the certificate the operator named."""

from __future__ import annotations

import base64
import binascii

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from rathaus.accounts.sources.saml import names, xml
from rathaus.accounts.sources.saml.names import tag

_EXPECTED = SignatureConfiguration(
    location="./",
    expect_references=1,
    signature_methods=frozenset(SignatureMethod(name) for name in names.SIGNATURES),
    digest_algorithms=frozenset(DigestAlgorithm(name) for name in names.DIGESTS),
    ignore_ambiguous_key_info=True,
)


def signed_root(root: etree._Element, fingerprint: str) -> etree._Element | None:
    """The root as it was signed; None unless the named certificate signed all of it."""
    signatures = xml.children(root, tag(names.DS, "Signature"))
    certificate = _certificate(root, fingerprint.replace(":", "").lower())
    if len(signatures) != 1 or certificate is None:
        return None
    references = xml.find_all(signatures[0], tag(names.DS, "Reference"))
    whole = {"", f"#{root.get('ID')}"} if root.get("ID") else {""}
    if len(references) != 1 or references[0].get("URI") not in whole:
        return None
    try:
        result = XMLVerifier().verify(
            etree.tostring(root),
            x509_cert=certificate,
            id_attribute="ID",
            expect_config=_EXPECTED,
        )
    except (SignXMLException, etree.LxmlError, ValueError, TypeError, KeyError):
        return None
    signed = result.signed_xml if isinstance(result, VerifyResult) else None
    return signed if signed is not None and signed.tag == root.tag else None


def _certificate(root: etree._Element, fingerprint: str) -> x509.Certificate | None:
    """The certificate with this fingerprint among those that the signature brings along."""
    path = "/".join(tag(names.DS, n) for n in ("Signature", "KeyInfo", "X509Data"))
    for element in root.findall(f"{path}/{tag(names.DS, 'X509Certificate')}"):
        try:
            der = base64.b64decode("".join((element.text or "").split()), validate=True)
            certificate = x509.load_der_x509_certificate(der)
        except (binascii.Error, ValueError, UnsupportedAlgorithm):
            continue
        if certificate.fingerprint(hashes.SHA256()).hex() == fingerprint:
            return certificate
    return None
