"""Namespaces and algorithms (TR-03116-4 chapter 3)."""

from __future__ import annotations

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
XSD = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"
ELEMENT = f"{XENC}Element"

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
NAME_ID = {
    "transient": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    "persistent": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "unspecified": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
}

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE07 = "http://www.w3.org/2007/05/xmldsig-more#"
RSA_SHA256 = f"{_MORE}rsa-sha256"
RSA_PSS = f"{_MORE07}sha256-rsa-MGF1"
SIGNATURES = frozenset(
    {
        *(f"{_MORE}rsa-sha{bits}" for bits in (256, 384, 512)),
        *(f"{_MORE07}sha{bits}-rsa-MGF1" for bits in (256, 384, 512)),
        *(f"{_MORE}ecdsa-sha{bits}" for bits in (256, 384, 512)),
    }
)
"""Signature algorithms we accept: no SHA-1, no HMAC, no DSA."""
DIGESTS = frozenset({f"{XENC}sha256", f"{_MORE}sha384", f"{XENC}sha512"})

GCM = frozenset(f"{XENC11}aes{bits}-gcm" for bits in (128, 192, 256))
CBC = frozenset(f"{XENC}aes{bits}-cbc" for bits in (128, 192, 256))
OAEP = f"{XENC}rsa-oaep-mgf1p"
OAEP11 = f"{XENC11}rsa-oaep"
OAEP_DIGESTS = frozenset({f"{DS}sha1", f"{XENC}sha256", f"{_MORE}sha384", f"{XENC}sha512"})
"""SHA-1 in OAEP (the default of the standard) does not depend on collision resistance."""
OAEP_MASKS = frozenset(f"{XENC11}mgf1sha{bits}" for bits in (1, 256, 384, 512))


def tag(namespace: str, name: str) -> str:
    """``{namespace}name``, as lxml writes it."""
    return f"{{{namespace}}}{name}"
