"""An account system that answers as it should, unless a test tells it otherwise."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from rathaus.accounts.sources import config, keys
from rathaus.accounts.sources.base import Departure, LoginRefused, Returned, Verified
from rathaus.accounts.sources.saml.source import SamlSource
from rathaus.accounts.trust import TrustLevel
from tests.accounts.saml import forging
from tests.accounts.saml.forging import DS, SAML, SAMLP, b64
from tests.support import identity

ENTITY = "https://konto.example/idp"
SSO = "https://konto.example/sso"
AKDB = "https://www.akdb.de/request/2018/09"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
HIGH = "http://eidas.europa.eu/LoA/high"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
OID = "urn:oid:"


def metadata(*certificates: x509.Certificate, entity: str = ENTITY, extra: str = "") -> bytes:
    """Their metadata with these signing certificates."""
    holders = "".join(
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{DS}"><ds:X509Data>'
        f"<ds:X509Certificate>{b64(one.public_bytes(Encoding.DER))}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for one in certificates
    )
    return (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        f'ID="_meta" entityID="{entity}" {extra}>'
        f'<md:IDPSSODescriptor protocolSupportEnumeration="{SAMLP}">{holders}'
        '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" '
        f'Location="{SSO}"/>'
        '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
        f'Location="{SSO}/r"/></md:IDPSSODescriptor></md:EntityDescriptor>'
    ).encode()


def time(minutes: float = 0) -> str:
    """A moment this far from now, as SAML writes it."""
    return f"{datetime.now(UTC) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S.000Z}"


@dataclass
class Said:
    """What the assertion says. Empty strings leave the thing out."""

    request_id: str
    recipient: str
    audience: str
    issuer: str = ENTITY
    response_issuer: str = ENTITY
    destination: str = "recipient"
    response_to: str = "request"
    name_id: str = "person-1"
    name_id_format: str = PERSISTENT
    context: str = HIGH
    method: str = BEARER
    version: str = "2.0"
    issued: str = field(default_factory=time)
    begins: str = field(default_factory=lambda: time(-1))
    ends: str = field(default_factory=lambda: time(5))
    confirmed_until: str = field(default_factory=lambda: time(5))
    authenticated: str = field(default_factory=time)
    session_ends: str = ""
    attributes: dict[str, Any] = field(
        default_factory=lambda: {
            f"{OID}2.5.4.42": "ERIKA",
            f"{OID}2.5.4.4": "MUSTERMANN",
            f"{OID}1.2.40.0.10.2.1.1.55": "1964-08-12",
            f"{OID}2.5.4.16": "HEIDESTRAẞE 17",
            f"{OID}0.9.2342.19200300.100.1.3": "erika@example.org",
        }
    )
    """By name: a text, (text, akdb level), a list of texts, or a whole AttributeValue."""
    extra: str = ""
    """XML at the end of the assertion."""
    conditions: str = ""
    """XML at the end of the conditions."""


def assertion(said: Said, *, ident: str = "_assertion1") -> etree._Element:
    """The assertion, not signed yet."""

    def attribute(name: str, value: str) -> str:
        return f' {name}="{escape(value)}"' if value else ""

    audience = (
        f"<saml:AudienceRestriction><saml:Audience>{said.audience}</saml:Audience>"
        "</saml:AudienceRestriction>"
        if said.audience
        else ""
    )
    return etree.fromstring(
        f'<saml:Assertion xmlns:saml="{SAML}" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="{ident}" '
        f'Version="{said.version}" IssueInstant="{said.issued}">'
        f"<saml:Issuer>{said.issuer}</saml:Issuer><saml:Subject>"
        f'<saml:NameID Format="{said.name_id_format}">{said.name_id}</saml:NameID>'
        f'<saml:SubjectConfirmation Method="{said.method}"><saml:SubjectConfirmationData'
        f"{attribute('InResponseTo', said.request_id)}{attribute('Recipient', said.recipient)}"
        f"{attribute('NotOnOrAfter', said.confirmed_until)}/></saml:SubjectConfirmation>"
        f"</saml:Subject><saml:Conditions{attribute('NotBefore', said.begins)}"
        f"{attribute('NotOnOrAfter', said.ends)}>{audience}{said.conditions}</saml:Conditions>"
        f'<saml:AuthnStatement AuthnInstant="{said.authenticated}"'
        f"{attribute('SessionNotOnOrAfter', said.session_ends)}><saml:AuthnContext>"
        f"<saml:AuthnContextClassRef>{said.context}</saml:AuthnContextClassRef>"
        "</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>"
        f"{''.join(_attribute(n, v) for n, v in said.attributes.items())}"
        f"</saml:AttributeStatement>{said.extra}</saml:Assertion>"
    )


def _attribute(name: str, value: Any) -> str:
    mark = ""
    if isinstance(value, tuple):
        value, level = value
        mark = f' xmlns:akdb="{AKDB}" akdb:TrustLevel="{level}"'
    values = value if isinstance(value, list) else [value]
    inner = "".join(
        one
        if one.startswith("<saml:AttributeValue")
        else f"<saml:AttributeValue>{escape(one)}</saml:AttributeValue>"
        for one in values
    )
    return (
        f'<saml:Attribute Name="{name}" '
        f'NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"{mark}>{inner}'
        "</saml:Attribute>"
    )


def envelope(said: Said, *inside: etree._Element, status: str = "") -> etree._Element:
    """The response around what is inside."""
    target = said.recipient if said.destination == "recipient" else said.destination
    answer = said.request_id if said.response_to == "request" else said.response_to
    root = etree.fromstring(
        f'<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="_response1" '
        f'Version="2.0" IssueInstant="{said.issued}"'
        + (f' Destination="{target}"' if target else "")
        + (f' InResponseTo="{answer}"' if answer else "")
        + f"><saml:Issuer>{said.response_issuer}</saml:Issuer>"
        + (
            status
            or "<samlp:Status><samlp:StatusCode "
            'Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
        )
        + "</samlp:Response>"
    )
    for element in inside:
        root.append(element)
    return root


@dataclass
class Stage:
    """One log-in at one source, with the account system in our hand."""

    source: SamlSource
    departure: Departure
    return_url: str
    level: TrustLevel
    said: Said

    @property
    def key(self) -> Any:
        return identity.pair(keys.IDP).private_key

    @property
    def certificate(self) -> x509.Certificate:
        return identity.pair(keys.IDP).certificate

    @property
    def our_public_key(self) -> Any:
        return identity.pair("sp-encryption").certificate.public_key()

    def signed(self, **how: Any) -> etree._Element:
        """The assertion with a good signature, unless `how` says otherwise."""
        made = assertion(self.said)
        forging.sign(made, how.pop("key", self.key), certificate=self.certificate, **how)
        return made

    def encrypted(self, made: etree._Element | bytes, **how: Any) -> etree._Element:
        plain = made if isinstance(made, bytes) else etree.tostring(made)
        return forging.encrypt(plain, how.pop("public_key", self.our_public_key), **how)

    def answer(self, made: etree._Element | bytes | None = None, **how: Any) -> etree._Element:
        """The response with `made`, or a good assertion, encrypted for us."""
        root = envelope(self.said, self.encrypted(self.signed() if made is None else made, **how))
        if self.source.entry.signed == "response":
            forging.sign(root, self.key, certificate=self.certificate)
        return root

    def finish(self, answer: etree._Element | bytes | str, **changed: Any) -> Verified:
        """Bring an answer to our side, as the browser does."""
        if isinstance(answer, etree._Element):
            answer = etree.tostring(answer)
        text = answer if isinstance(answer, str) else base64.b64encode(answer).decode()
        returned = Returned(
            parameters={"SAMLResponse": text, "RelayState": self.departure.request_id},
            request_id=self.departure.request_id,
            level=self.level,
            kept=self.departure.kept,
        )
        return self.source.finish(replace(returned, **changed))


def make_source(folder: Path, **settings: Any) -> SamlSource:
    """A source with metadata and keys in place."""
    entry = {
        "key": "land",
        "kind": "saml",
        "label": "Konto des Landes",
        "metadata": "idp.xml",
        "name_id_format": "persistent",
        **settings,
    }
    file = folder / "idp.xml"
    if not file.exists():
        file.write_bytes(metadata(identity.pair(keys.IDP).certificate))
    identity.install(folder, entry["key"])
    config.load()  # the kinds that come with the program
    found = config.build([entry], folder=folder)
    assert not found.problems, found.problems
    source = found.sources[0]
    assert isinstance(source, SamlSource)
    return source


def begin(source: SamlSource, *, level: TrustLevel = TrustLevel.HIGH, link: bool = False) -> Stage:
    """Somebody leaves for the account system."""
    url = f"http://localhost:8000/konto/rueckkehr/{source.key}/"
    departure = source.begin(level=level, return_url=url, language="de", link=link)
    said = Said(departure.request_id, recipient=url, audience=source.entity_id)
    return Stage(source, departure, url, level, said)


def code_of(stage: Stage, answer: etree._Element | bytes | str, **changed: Any) -> str:
    """Why the answer is refused; fails the test if it is not."""
    try:
        verified = stage.finish(answer, **changed)
    except LoginRefused as refused:
        assert refused.code != "unexpected", refused.__cause__ or refused.__context__
        return refused.code
    raise AssertionError(f"accepted: {verified}")
