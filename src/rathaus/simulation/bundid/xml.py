"""Names of SAML and of BundID's extension, and reading of XML that is not trusted."""

from __future__ import annotations

import base64
import binascii
import zlib

from lxml import etree

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XSD = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
AKDB = "https://www.akdb.de/request/2018/09"
CLASSIC_UI = "https://www.akdb.de/request/2018/09/classic-ui/v1"
EKONA = "http://www.elster.de/schema/ekona/saml/extensions"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
PREFIXES = {"saml2p": SAMLP, "saml2": SAML, "ds": DS, "akdb": AKDB, "ui": CLASSIC_UI, "md": MD}
LONGEST = 200_000
"""Bytes of a message; a real one has a few thousand."""


class Unreadable(ValueError):
    """What came in is no SAML message."""


def q(namespace: str, name: str) -> str:
    """A name as lxml writes it."""
    return f"{{{namespace}}}{name}"


def from_post(value: str) -> bytes:
    """The message in a form field. Raises: Unreadable."""
    try:
        return _short(base64.b64decode(value, validate=False))
    except (binascii.Error, ValueError) as error:
        raise Unreadable("not base64") from error


def from_redirect(value: str) -> bytes:
    """The message in an address, which is deflated. Raises: Unreadable."""
    unpack = zlib.decompressobj(-15)
    try:
        raw = unpack.decompress(from_post(value), LONGEST + 1)
    except zlib.error as error:
        raise Unreadable("not deflated") from error
    return _short(raw)


def parse(raw: bytes) -> etree._Element:
    """A message without document type. Raises: Unreadable."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(_short(raw), parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable("not XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("has a document type")
    return root


def dump(node: etree._Element) -> bytes:
    """As it is signed and sent: UTF-8, without declaration."""
    return etree.tostring(node, encoding="UTF-8", xml_declaration=False)


def text(node: etree._Element, path: str) -> str:
    """Text of the first element at `path`, or nothing."""
    return (node.findtext(path, default="", namespaces=PREFIXES) or "").strip()


def pretty(raw: bytes) -> str:
    """For people who look at the log."""
    try:
        root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return raw.decode("utf-8", "replace")
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")


def _short(raw: bytes) -> bytes:
    if len(raw) > LONGEST:
        raise Unreadable("too long")
    return raw
