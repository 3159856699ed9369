"""XML signatures and encryption by hand, so that everything about them can be wrong.

Nothing here uses the libraries that the checks use: what passes was understood by two
implementations.
"""

from __future__ import annotations

import base64
import hashlib
import hmac as hmac_module
import os
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import padding as block_padding
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
MORE07 = "http://www.w3.org/2007/05/xmldsig-more#"
RSA_SHA256 = f"{MORE}rsa-sha256"
RSA_PSS = f"{MORE07}sha256-rsa-MGF1"
ECDSA = f"{MORE}ecdsa-sha256"
RSA_SHA1 = f"{DS}rsa-sha1"
HMAC_SHA256 = f"{MORE}hmac-sha256"
DIGESTS = {f"{XENC}sha256": hashlib.sha256, f"{DS}sha1": hashlib.sha1}


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def c14n(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def sign(
    element: etree._Element,
    key: Any,
    *,
    algorithm: str = RSA_SHA256,
    digest: str = f"{XENC}sha256",
    certificate: x509.Certificate | None = None,
    reference: str | None = None,
    transforms: str = "",
    digest_value: str = "",
    position: int = 1,
) -> etree._Element:
    """Put an enveloped signature into `element`; returns the Signature."""
    uri = f"#{element.get('ID')}" if reference is None else reference
    value = digest_value or b64(DIGESTS[digest](c14n(element)).digest())
    steps = transforms or (
        f'<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{C14N}"/>'
    )
    info = (
        f'<ds:CanonicalizationMethod Algorithm="{C14N}"/>'
        f'<ds:SignatureMethod Algorithm="{algorithm}"/>'
        f'<ds:Reference URI="{uri}"><ds:Transforms>{steps}</ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue>{value}</ds:DigestValue>'
        "</ds:Reference>"
    )
    known = ""
    if certificate is not None:
        der = b64(certificate.public_bytes(Encoding.DER))
        known = (
            f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{der}</ds:X509Certificate>"
            "</ds:X509Data></ds:KeyInfo>"
        )
    signature = etree.fromstring(
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>{info}</ds:SignedInfo>'
        f"<ds:SignatureValue/>{known}</ds:Signature>"
    )
    element.insert(position, signature)
    seal(signature, key, algorithm)
    return signature


def seal(signature: etree._Element, key: Any, algorithm: str) -> None:
    """Compute the SignatureValue over SignedInfo as it is now."""
    signature[1].text = b64(_MAKERS[algorithm](key, c14n(signature[0])))


def _ecdsa(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    size = (key.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
_MAKERS: dict[str, Callable[[Any, bytes], bytes]] = {
    RSA_SHA256: lambda key, data: key.sign(data, padding.PKCS1v15(), hashes.SHA256()),
    RSA_SHA1: lambda key, data: key.sign(data, padding.PKCS1v15(), hashes.SHA1()),
    RSA_PSS: lambda key, data: key.sign(data, _PSS, hashes.SHA256()),
    ECDSA: _ecdsa,
    HMAC_SHA256: lambda key, data: hmac_module.new(key, data, hashlib.sha256).digest(),
}


def encrypt(
    plain: bytes,
    public_key: rsa.RSAPublicKey,
    *,
    content: str = f"{XENC11}aes256-gcm",
    transport: str = f"{XENC}rsa-oaep-mgf1p",
    oaep: str = "sha1",
    beside: bool = False,
) -> etree._Element:
    """An EncryptedAssertion. `beside`: the key next to the data, with a RetrievalMethod."""
    bits = int(content.rpartition("aes")[2].partition("-")[0])
    secret = os.urandom(bits // 8)
    wrapped = _wrap(secret, public_key, transport, oaep)
    method = _transport_method(transport, oaep)
    key = (
        f'<xenc:EncryptedKey Id="_key1">{method}<xenc:CipherData><xenc:CipherValue>'
        f"{b64(wrapped)}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>"
    )
    pointer = f'<ds:RetrievalMethod Type="{XENC}EncryptedKey" URI="#_key1"/>'
    return etree.fromstring(
        f'<saml:EncryptedAssertion xmlns:saml="{SAML}" xmlns:xenc="{XENC}" xmlns:ds="{DS}">'
        f'<xenc:EncryptedData Type="{XENC}Element">'
        f'<xenc:EncryptionMethod Algorithm="{content}"/>'
        f"<ds:KeyInfo>{pointer if beside else key}</ds:KeyInfo>"
        f"<xenc:CipherData><xenc:CipherValue>{b64(_encrypt(content, secret, plain))}"
        "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"
        f"{key if beside else ''}</saml:EncryptedAssertion>"
    )


def _wrap(secret: bytes, public_key: rsa.RSAPublicKey, transport: str, oaep: str) -> bytes:
    if transport.endswith("rsa-1_5"):
        return public_key.encrypt(secret, padding.PKCS1v15())
    digest = {"sha1": hashes.SHA1, "sha256": hashes.SHA256}[oaep]()
    mask = digest if transport.startswith(XENC11) else hashes.SHA1()
    return public_key.encrypt(secret, padding.OAEP(padding.MGF1(mask), digest, None))


def _transport_method(transport: str, oaep: str) -> str:
    name = f"{DS}sha1" if oaep == "sha1" else f"{XENC}sha256"
    inner = f'<ds:DigestMethod Algorithm="{name}"/>' if "oaep" in transport else ""
    if transport.startswith(XENC11):
        inner += f'<xenc11:MGF xmlns:xenc11="{XENC11}" Algorithm="{XENC11}mgf1{oaep}"/>'
    return f'<xenc:EncryptionMethod Algorithm="{transport}">{inner}</xenc:EncryptionMethod>'


def _encrypt(content: str, secret: bytes, plain: bytes) -> bytes:
    if content.endswith("gcm"):
        nonce = os.urandom(12)
        return nonce + AESGCM(secret).encrypt(nonce, plain, None)
    filler = block_padding.ANSIX923(128).padder()
    start = os.urandom(16)
    box = Cipher(algorithms.AES(secret), modes.CBC(start)).encryptor()
    return start + box.update(filler.update(plain) + filler.finalize()) + box.finalize()
