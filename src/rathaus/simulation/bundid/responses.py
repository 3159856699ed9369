"""The answer to a request (Response): signed, encrypted, or a refusal with its status."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lxml import etree

from rathaus.accounts.sources import keys, simulated
from rathaus.core import clock
from rathaus.simulation.bundid import assertion, signatures
from rathaus.simulation.bundid.assertion import STRANGER, Login, new_id, stamp
from rathaus.simulation.bundid.houses import House
from rathaus.simulation.bundid.requests import LoginRequest
from rathaus.simulation.bundid.xml import AKDB, SAML, SAMLP, dump, q

STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
CANCELLED = "Authentication was canceled by the user."
FORGER = "simulation-forger"


@dataclass(frozen=True)
class Answer:
    """What goes over the wire, and what was inside before it was encrypted."""

    xml: bytes
    inside: bytes = b""


def success(login: Login) -> Answer:
    """A log-in that worked; wrong in the ways that are switched on."""
    faults = login.faults
    statement = assertion.build(login)
    if login.house.signs == "assertion":
        _sign(statement, login)
    inside = dump(statement)
    altered = _altered(inside) if "tampered" in faults else inside
    root = _response(login.house, login.request, login.issuer, faults)
    _status(root, "Success")
    on_response = login.house.signs == "response"
    root.append(_envelope(inside if on_response else altered, login))
    if on_response:
        _sign(root, login)
        if "tampered" in faults:
            # Whoever knows our public key can put another assertion into a signed answer.
            root.replace(root[-1], _envelope(altered, login))
    return Answer(dump(root), altered)


def refusal(
    house: House,
    request: LoginRequest,
    *,
    codes: tuple[str, str],
    message: str = "",
    detail: dict[str, str] | None = None,
) -> Answer:
    """No data: cancelled, denied, or broken. `detail` is sent if the request wants details."""
    root = _response(house, request, house.entity_id, frozenset())
    status = _status(root, *codes)
    if message:
        etree.SubElement(status, q(SAMLP, "StatusMessage")).text = message
    if detail and request.wishes.status_detail:
        holder = etree.SubElement(status, q(SAMLP, "StatusDetail"))
        node = etree.SubElement(holder, q(AKDB, "StatusDetail"), nsmap={"akdb": AKDB})
        node.text = json.dumps({"version": "1.0", "errors": [detail]}, ensure_ascii=False)
    return Answer(dump(root))


def _response(
    house: House, request: LoginRequest, issuer: str, faults: frozenset[str]
) -> etree._Element:
    root = etree.Element(
        q(SAMLP, "Response"),
        {
            "ID": new_id(),
            "Version": "2.0",
            "IssueInstant": stamp(clock.now()),
            "Destination": STRANGER if "wrong-destination" in faults else request.return_url,
            "InResponseTo": request.id,
        },
        nsmap={"saml2p": SAMLP, "saml2": SAML},
    )
    etree.SubElement(root, q(SAML, "Issuer")).text = issuer
    return root


def _status(root: etree._Element, outer: str, inner: str = "") -> etree._Element:
    status = etree.SubElement(root, q(SAMLP, "Status"))
    code = etree.SubElement(status, q(SAMLP, "StatusCode"), Value=f"{STATUS}{outer}")
    if inner:
        etree.SubElement(code, q(SAMLP, "StatusCode"), Value=f"{STATUS}{inner}")
    return status


def _envelope(inside: bytes, login: Login) -> etree._Element:
    if "plaintext" in login.faults:
        return etree.fromstring(inside)
    holder = etree.Element(q(SAML, "EncryptedAssertion"), nsmap={"saml2": SAML})
    holder.append(
        signatures.encrypt(
            inside, certificate=login.provider.encryption, older="aes-cbc" in login.faults
        )
    )
    return holder


def _sign(root: etree._Element, login: Login) -> None:
    if "unsigned" in login.faults:
        return
    pair = simulated.signing_key(login.house.key)
    if "foreign-key" in login.faults:
        pair = keys.ensure(FORGER, keys.IDP)
    method = signatures.PSS
    if "rsa-sha256" in login.faults:
        method = signatures.RSA_SHA256
    if "sha1" in login.faults:
        method = signatures.RSA_SHA1
    signatures.sign(root, key_pem=pair.key_pem, certificate_pem=pair.certificate_pem, method=method)


def _altered(inside: bytes) -> bytes:
    """The same with another value."""
    root = etree.fromstring(inside)
    value = next((one for one in root.iter(q(SAML, "AttributeValue")) if one.text), None)
    node = value if value is not None else root.find(f".//{q(SAML, 'NameID')}")
    if node is not None:
        node.text = f"{node.text}X"
    return dump(root)
