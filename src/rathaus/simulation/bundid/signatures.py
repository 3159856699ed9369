"""Signing, encrypting, and checking the signature of a request.

`xmlsec` is loaded where it is used: the simulation is loaded with the program, seldom needed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import unquote_plus

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from signxml.exceptions import InvalidInput
from signxml.exceptions import InvalidSignature as InvalidXMLSignature
from signxml.verifier import XMLVerifier

from rathaus.simulation.bundid.xml import DS, PREFIXES, q

PSS = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
_REDIRECT: dict[str, HashAlgorithm] = {
    RSA_SHA256: SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": SHA384(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": SHA512(),
    PSS: SHA256(),
}
SIGNED_PARAMETERS = ("SAMLRequest", "RelayState", "SigAlg")


class SignatureWrong(ValueError):
    """A request is not signed by the service provider."""


def sign(root: etree._Element, *, key_pem: bytes, certificate_pem: bytes, method: str) -> None:
    """Sign an Assertion or Response in place, after its Issuer, as the standard has it."""
    import xmlsec
    from xmlsec import constants as c

    digest = c.TransformSha1 if method == RSA_SHA1 else c.TransformSha256
    node = xmlsec.template.create(root, c.TransformExclC14N, c.TransformRsaSha256, ns="ds")
    # The binding has no constant for RSASSA-PSS; the library below knows it by its name.
    method_node = node.find(f".//{q(DS, 'SignatureMethod')}")
    if method_node is None:
        raise TypeError("no SignatureMethod")
    method_node.set("Algorithm", method)
    root.insert(1, node)
    reference = xmlsec.template.add_reference(node, digest, uri=f"#{root.get('ID')}")
    xmlsec.template.add_transform(reference, c.TransformEnveloped)
    canonical = xmlsec.template.add_transform(reference, c.TransformExclC14N)
    xmlsec.template.transform_add_c14n_inclusive_namespaces(canonical, ["xsd"])
    info = xmlsec.template.ensure_key_info(node)
    xmlsec.template.add_x509_data(info)
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key_pem, c.KeyDataFormatPem)
    context.key.load_cert_from_memory(certificate_pem, c.KeyDataFormatPem)
    context.sign(node)


def encrypt(plain: bytes, *, certificate: x509.Certificate, older: bool) -> etree._Element:
    """The xenc:EncryptedData of an assertion: AES-256-GCM, or the older AES-256-CBC."""
    import xmlsec
    from xmlsec import constants as c

    cipher = c.TransformAes256Cbc if older else c.TransformAes256Gcm
    holder = etree.Element("holder")
    data = xmlsec.template.encrypted_data_create(holder, cipher, type=c.TypeEncElement, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    key = xmlsec.template.add_encrypted_key(info, c.TransformRsaOaep)
    xmlsec.template.encrypted_data_ensure_cipher_value(key)
    manager = xmlsec.KeysManager()
    pem = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    manager.add_key(xmlsec.Key.from_memory(pem, c.KeyDataFormatPem))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(c.KeyDataAes, 256, c.KeyDataTypeSession)
    encrypted: etree._Element = context.encrypt_binary(data, plain)
    return encrypted


def signed_part(
    root: etree._Element, certificates: Sequence[x509.Certificate]
) -> etree._Element | None:
    """What the enveloped signature of a request covers; None without one.

    Raises: SignatureWrong unless it is the whole request, signed by one of the certificates.
    """
    if root.find("ds:Signature", PREFIXES) is None:
        return None
    for certificate in certificates:
        try:
            result = XMLVerifier().verify(root, x509_cert=certificate, id_attribute="ID")
        except (InvalidXMLSignature, InvalidInput, ValueError):
            continue
        if isinstance(result, list) or result.signed_xml is None:
            continue
        if result.signed_xml.tag == root.tag and result.signed_xml.get("ID") == root.get("ID"):
            return result.signed_xml
    raise SignatureWrong("signature of the request")


def check_redirect(query: str, certificates: Sequence[x509.Certificate]) -> bool:
    """Whether the query string of the redirect binding is signed.

    The octets are checked as they came, not as they would be written anew.
    Raises: SignatureWrong.
    """
    raw = dict(part.split("=", 1) for part in query.split("&") if "=" in part)
    if "Signature" not in raw:
        return False
    algorithm = unquote_plus(raw.get("SigAlg", ""))
    hasher = _REDIRECT.get(algorithm)
    if hasher is None:
        raise SignatureWrong("algorithm")
    covered = "&".join(f"{name}={raw[name]}" for name in SIGNED_PARAMETERS if name in raw)
    try:
        value = base64.b64decode(unquote_plus(raw["Signature"]), validate=True)
    except binascii.Error as error:
        raise SignatureWrong("not base64") from error
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if algorithm == PSS:
        scheme = padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)
    for certificate in certificates:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            try:
                key.verify(value, covered.encode(), scheme, hasher)
            except InvalidSignature:
                continue
            return True
    raise SignatureWrong("signature of the address")
