"""The statement about a person (Assertion), as XML; with its mistakes, if switched on."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lxml import etree

from rathaus.core import clock
from rathaus.simulation.bundid import levels
from rathaus.simulation.bundid.attributes import Given
from rathaus.simulation.bundid.houses import House
from rathaus.simulation.bundid.levels import Level
from rathaus.simulation.bundid.requests import LoginRequest
from rathaus.simulation.bundid.sp import ServiceProvider
from rathaus.simulation.bundid.xml import AKDB, EKONA, SAML, XSD, XSI, q

LIFE = timedelta(minutes=5)
STRANGER = "https://anderswo.example/saml"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
_URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
_BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"


@dataclass(frozen=True)
class Login:
    """Who logged in, where, how well, and what of it is told."""

    house: House
    provider: ServiceProvider
    request: LoginRequest
    level: Level
    attributes: Sequence[Given]
    name_id: str
    """Empty: a transient one."""
    address: str = ""
    faults: frozenset[str] = field(default_factory=frozenset)

    @property
    def issuer(self) -> str:
        """The name of the house."""
        return STRANGER if "wrong-issuer" in self.faults else self.house.entity_id


def new_id() -> str:
    """An ID of an XML element."""
    return f"_{secrets.token_hex(20)}"


def stamp(moment: datetime) -> str:
    """A time as SAML writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def build(login: Login) -> etree._Element:
    """The unsigned Assertion."""
    begins, ends = _times(login.faults)
    root = etree.Element(
        q(SAML, "Assertion"),
        {"ID": new_id(), "Version": "2.0", "IssueInstant": stamp(begins)},
        nsmap={"saml2": SAML, "xsd": XSD},
    )
    _add(root, "Issuer", login.issuer)
    _subject(root, login, ends)
    conditions = _add(root, "Conditions", NotBefore=stamp(begins), NotOnOrAfter=stamp(ends))
    if "no-audience" not in login.faults:
        audience = STRANGER if "wrong-audience" in login.faults else login.provider.entity_id
        _add(_add(conditions, "AudienceRestriction"), "Audience", audience)
    statement = _add(root, "AuthnStatement", AuthnInstant=stamp(begins), SessionIndex=new_id())
    if login.address:
        _add(statement, "SubjectLocality", Address=login.address)
    reference = levels.reference(login.level, like=login.request.reference)
    _add(_add(statement, "AuthnContext"), "AuthnContextClassRef", reference)
    if login.attributes:
        told = _add(root, "AttributeStatement")
        for given in login.attributes:
            _attribute(told, given)
    return root


def _subject(root: etree._Element, login: Login, ends: datetime) -> None:
    subject = _add(root, "Subject")
    kind = PERSISTENT if login.name_id else TRANSIENT
    _add(subject, "NameID", login.name_id or new_id(), Format=kind)
    wrong = "wrong-recipient" in login.faults
    data = {
        "Address": login.address,
        "InResponseTo": login.request.id,
        "NotOnOrAfter": stamp(ends),
        "Recipient": STRANGER if wrong else login.request.return_url,
    }
    if "no-in-response-to" in login.faults:
        del data["InResponseTo"]
    if "other-person" in login.faults:
        data["InResponseTo"] = new_id()
    confirmation = _add(subject, "SubjectConfirmation", Method=BEARER)
    _add(confirmation, "SubjectConfirmationData", **{k: v for k, v in data.items() if v})


def _attribute(parent: etree._Element, given: Given) -> None:
    name = {"Name": given.name, "NameFormat": _URI if given.friendly else _BASIC}
    if given.friendly:
        name["FriendlyName"] = given.friendly
    node = etree.SubElement(
        parent, q(SAML, "Attribute"), name, nsmap={"akdb": AKDB} if given.level else None
    )
    if given.level:
        node.set(q(AKDB, "TrustLevel"), given.level.trust)
    spaces = {"xsi": XSI} if given.parts is None else {"xsi": XSI, "ekona": EKONA}
    value = etree.SubElement(node, q(SAML, "AttributeValue"), nsmap=spaces)
    if given.parts is None:
        value.set(q(XSI, "type"), "xsd:string")
        value.text = given.value
        return
    value.set(q(XSI, "type"), "ekona:AdresseType")
    for key, part in given.parts.items():
        etree.SubElement(value, q(EKONA, key)).text = part


def _times(faults: frozenset[str]) -> tuple[datetime, datetime]:
    begins = clock.now()
    if "expired" in faults:
        begins -= timedelta(minutes=20)
    if "not-yet-valid" in faults:
        begins += timedelta(minutes=20)
    return begins, begins + LIFE


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    node = etree.SubElement(parent, q(SAML, name), attributes)
    node.text = text or None
    return node
