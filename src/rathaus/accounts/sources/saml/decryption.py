"""Opening an encrypted assertion: AES-GCM under RSA-OAEP; AES-CBC only by setting.

Every failure has the same code, so that nobody learns from us which part was wrong.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from rathaus.accounts.sources.keys import KeyPair
from rathaus.accounts.sources.saml import names, xml
from rathaus.accounts.sources.saml.names import tag
from rathaus.accounts.sources.saml.refusal import refuse

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
NOT_FOR_US = "not_encrypted_for_us"


def open_assertion(
    encrypted: etree._Element, pairs: Sequence[KeyPair], *, legacy: bool
) -> etree._Element:
    """The assertion as the root of a document of its own. Raises: LoginRefused."""
    data, wrapped = _parts(encrypted)
    algorithm = _content_algorithm(data, legacy=legacy)
    oaep = _oaep(wrapped)
    secret, content = _cipher_value(wrapped), _cipher_value(data)
    bits = int(algorithm.rpartition("aes")[2].partition("-")[0])
    for pair in pairs:
        key = pair.private_key
        if not isinstance(key, rsa.RSAPrivateKey):
            continue
        try:
            session_key = key.decrypt(secret, oaep)
            if len(session_key) * 8 != bits:
                continue
            plain = _decrypt(algorithm, session_key, content)
        except (ValueError, InvalidTag):
            continue
        return _parse(plain, encrypted, silent=algorithm in names.CBC)
    return refuse(NOT_FOR_US)


def _parts(encrypted: etree._Element) -> tuple[etree._Element, etree._Element]:
    """EncryptedData and its one EncryptedKey, inside its KeyInfo or beside it."""
    data = xml.children(encrypted, tag(names.XENC, "EncryptedData"))
    wrapped = xml.find_all(encrypted, tag(names.XENC, "EncryptedKey"))
    if len(data) != 1 or len(xml.find_all(encrypted, tag(names.XENC, "EncryptedData"))) != 1:
        refuse("encryption_shape")
    if len(wrapped) != 1 or data[0].get("Type") not in {None, names.ELEMENT}:
        refuse("encryption_shape")
    holder = wrapped[0].getparent()
    inside = holder is not None and (
        holder.tag == tag(names.DS, "KeyInfo") and holder.getparent() is data[0]
    )
    if holder is not encrypted and not inside:
        refuse("encryption_shape")
    return data[0], wrapped[0]


def _content_algorithm(data: etree._Element, *, legacy: bool) -> str:
    method = data.find(tag(names.XENC, "EncryptionMethod"))
    algorithm = "" if method is None else method.get("Algorithm", "")
    if algorithm not in (names.GCM | names.CBC if legacy else names.GCM):
        refuse("encryption_algorithm")
    return algorithm


def _oaep(wrapped: etree._Element) -> padding.OAEP:
    method = wrapped.find(tag(names.XENC, "EncryptionMethod"))
    algorithm = "" if method is None else method.get("Algorithm", "")
    if method is None or algorithm not in {names.OAEP, names.OAEP11}:
        return refuse("key_transport")
    digest, mask = f"{names.DS}sha1", f"{names.XENC11}mgf1sha1"
    for child in method:
        if child.tag == tag(names.DS, "DigestMethod"):
            digest = child.get("Algorithm", "")
        elif child.tag == tag(names.XENC11, "MGF") and algorithm == names.OAEP11:
            mask = child.get("Algorithm", "")
        else:
            refuse("key_transport")
    if digest not in names.OAEP_DIGESTS or mask not in names.OAEP_MASKS:
        refuse("key_transport")
    return padding.OAEP(
        mgf=padding.MGF1(_HASHES[mask.rpartition("mgf1")[2]]()),
        algorithm=_HASHES[digest.rpartition("#")[2]](),
        label=None,
    )


def _cipher_value(element: etree._Element) -> bytes:
    """Only a value given on the spot; never a reference to follow."""
    data = xml.children(element, tag(names.XENC, "CipherData"))
    if len(data) != 1 or len(data[0]) != 1 or data[0][0].tag != tag(names.XENC, "CipherValue"):
        refuse("encryption_shape")
    try:
        return base64.b64decode("".join((data[0][0].text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return refuse("encryption_shape")


def _decrypt(algorithm: str, key: bytes, content: bytes) -> bytes:
    if algorithm in names.GCM:
        return AESGCM(key).decrypt(content[:12], content[12:], None)
    if len(content) < 32 or len(content) % 16:
        raise ValueError("length")
    opener = Cipher(algorithms.AES(key), modes.CBC(content[:16])).decryptor()
    padded = opener.update(content[16:]) + opener.finalize()
    if not 1 <= padded[-1] <= 16:  # xmlenc fills with arbitrary bytes and the length
        raise ValueError("padding")
    return padded[: -padded[-1]]


def _parse(plain: bytes, encrypted: etree._Element, *, silent: bool) -> etree._Element:
    """`silent`: without a tag, what follows decryption must not tell that the padding fitted."""
    try:
        return xml.parse(plain)
    except xml.Malformed as error:
        if str(error) != "not_xml":
            refuse(NOT_FOR_US if silent else f"assertion_{error}")
    return _parse_in_context(plain, encrypted)


def _parse_in_context(plain: bytes, encrypted: etree._Element) -> etree._Element:
    """Some account systems declare prefixes only on the envelope."""
    context = etree.Element("context", nsmap={p: u for p, u in encrypted.nsmap.items() if p})
    head, _empty, tail = etree.tostring(context).partition(b"/>")
    try:
        whole = xml.parse(head + b">" + plain + b"</context>" + tail)
        if len(whole) != 1 or (whole.text or "").strip() or (whole[0].tail or "").strip():
            refuse(NOT_FOR_US)
        whole[0].tail = None
        return xml.parse(etree.tostring(whole[0]))
    except xml.Malformed:
        return refuse(NOT_FOR_US)
