"""A service provider of its own for testing the simulated account systems.

Shares no code with either side: requests are signed with signxml, answers are decrypted with
`cryptography` and checked with signxml.
"""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote_plus

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.test import Client
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

ENTITY = "https://rathaus.example/konto/metadaten/bundid/"
ACS = "http://testserver/konto/rueckkehr/bundid/"
NS = {
    "p": "urn:oasis:names:tc:SAML:2.0:protocol",
    "a": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
    "akdb": "https://www.akdb.de/request/2018/09",
    "ekona": "http://www.elster.de/schema/ekona/saml/extensions",
}
GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
CBC = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
OID = "urn:oid:"
GIVEN, SURNAME, BPK2 = f"{OID}2.5.4.42", f"{OID}2.5.4.4", f"{OID}1.3.6.1.4.1.25484.494450.3"
STREET, MAIL = f"{OID}2.5.4.16", f"{OID}0.9.2342.19200300.100.1.3"
BIRTH, TITLE = f"{OID}1.2.40.0.10.2.1.1.55", f"{OID}0.9.2342.19200300.100.1.40"
USUAL = (GIVEN, SURNAME, BIRTH, STREET, MAIL, TITLE, BPK2)


@cache
def key(name: str = "sp") -> rsa.RSAPrivateKey:
    """A key per name, made once per run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate(name: str = "sp") -> x509.Certificate:
    """Its self-signed certificate."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
    builder = builder.public_key(key(name).public_key()).serial_number(1)
    builder = builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(9))
    return builder.sign(key(name), SHA256())


def _der(name: str) -> str:
    return base64.b64encode(certificate(name).public_bytes(Encoding.DER)).decode()


def metadata(entity: str = ENTITY, acs: str = ACS) -> bytes:
    """Our description."""

    def key_of(use: str, name: str) -> str:
        return (
            f'<md:KeyDescriptor use="{use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
            f"{_der(name)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        )

    return (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        f'xmlns:ds="{NS["ds"]}" entityID="{entity}">'
        f'<md:SPSSODescriptor protocolSupportEnumeration="{NS["p"]}">'
        f"{key_of('signing', 'old')}{key_of('signing', 'sp')}{key_of('encryption', 'sp-enc')}"
        '<md:AssertionConsumerService index="0" isDefault="true" '
        f'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{acs}"/>'
        "</md:SPSSODescriptor></md:EntityDescriptor>"
    ).encode()


def extension(
    *,
    attributes: tuple[str, ...] = USUAL,
    required: tuple[str, ...] = (),
    methods: tuple[str, ...] | None = ("eID", "Elster", "Benutzername", "eIDAS", "FINK"),
    name: str = "Stadt Wiesmoor",
    version: str = "2",
    purpose: str = "",
    detail: bool = True,
) -> str:
    """BundID's extension."""
    allowed = "" if methods is None else "<akdb:AuthnMethods>{}</akdb:AuthnMethods>".format(
        "".join(f"<akdb:{m}><akdb:Enabled>true</akdb:Enabled></akdb:{m}>" for m in methods)
    )  # fmt: skip
    wanted = "".join(
        f"<akdb:RequestedAttribute {f'Name={chr(34)}{n}{chr(34)}' if n else ''} "
        f'RequiredAttribute="{"true" if n in required else "false"}"/>'
        for n in attributes
    )
    shown = f"<c:Purpose>{purpose}</c:Purpose>" if purpose else ""
    shown += f"<c:OrganizationDisplayName>{name}</c:OrganizationDisplayName>" if name else ""
    return (
        f'<akdb:AuthenticationRequest xmlns:akdb="{NS["akdb"]}" Version="{version}"'
        f' EnableStatusDetail="{"true" if detail else "false"}">{allowed}'
        f"<akdb:RequestedAttributes>{wanted}</akdb:RequestedAttributes><akdb:DisplayInformation>"
        f'<c:Version xmlns:c="{NS["akdb"]}/classic-ui/v1">{shown}'
        "<c:OnlineServiceId>BMI-A0000</c:OnlineServiceId></c:Version>"
        "</akdb:DisplayInformation></akdb:AuthenticationRequest>"
    )


@dataclass
class Request:
    """A request to log in, as it should be unless changed."""

    house: str = "bundid"
    id: str = "_anfrage1"
    level: str = "STORK-QAA-Level-3"
    comparison: str = "minimum"
    extension: str | None = field(default_factory=extension)
    issuer: str = ENTITY
    acs: str = ACS
    destination: str = ""
    issued: datetime | None = None
    """None: when it is sent, not when the test was collected."""
    signed_by: str = "sp"

    def xml(self) -> bytes:
        """Signed, unless `signed_by` is empty."""
        sso = self.destination or f"http://testserver/simulation/{self.house}/saml/"
        extra = f"<p:Extensions>{self.extension}</p:Extensions>" if self.extension else ""
        place = '<ds:Signature Id="placeholder"/>' if self.signed_by else ""
        issued = self.issued or datetime.now(UTC)
        text = (
            f'<p:AuthnRequest xmlns:p="{NS["p"]}" xmlns:a="{NS["a"]}" xmlns:ds="{NS["ds"]}" '
            f'ID="{self.id}" Version="2.0" IssueInstant="{issued:%Y-%m-%dT%H:%M:%SZ}" '
            f'Destination="{sso}" ForceAuthn="true" AssertionConsumerServiceURL="{self.acs}" '
            'ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST">'
            f"<a:Issuer>{self.issuer}</a:Issuer>{place}{extra}"
            f'<p:RequestedAuthnContext Comparison="{self.comparison}"><a:AuthnContextClassRef>'
            f"{self.level}</a:AuthnContextClassRef></p:RequestedAuthnContext></p:AuthnRequest>"
        )
        root = etree.fromstring(text)
        if self.signed_by:
            signer = XMLSigner(
                signature_algorithm=SignatureMethod.RSA_SHA256,
                c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
            )
            pem = key(self.signed_by).private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            )
            cert = certificate(self.signed_by).public_bytes(Encoding.PEM).decode()
            root = signer.sign(
                root, key=pem, cert=cert, reference_uri=f"#{self.id}", id_attribute="ID"
            )
        return etree.tostring(root)

    def form(self) -> dict[str, str]:
        """Fields of the POST binding."""
        return {
            "SAMLRequest": base64.b64encode(self.xml()).decode(),
            "RelayState": "zustand",
        }

    def query(self, *, sign: bool = True) -> str:
        """Query string of the redirect binding, where the signature is outside the XML."""
        signed_by, self.signed_by = self.signed_by, ""
        packer = zlib.compressobj(wbits=-15)
        raw = packer.compress(self.xml()) + packer.flush()
        self.signed_by = signed_by
        query = f"SAMLRequest={quote_plus(base64.b64encode(raw).decode())}&RelayState=zustand"
        if sign:
            query += f"&SigAlg={quote_plus(RSA_SHA256)}"
            value = key(signed_by).sign(query.encode(), padding.PKCS1v15(), SHA256())
            query += f"&Signature={quote_plus(base64.b64encode(value).decode())}"
        return query


@dataclass(frozen=True)
class Came:
    """What came back in the browser's form."""

    response: Any
    relay_state: str
    action: str

    @property
    def status(self) -> list[str]:
        """Last words of the status codes, outer first."""
        return [
            one.get("Value").rpartition(":")[2] for one in self.response.iter(_q("p:StatusCode"))
        ]

    def decrypted(self, with_key: str = "sp-enc") -> Any:
        """The assertion, decrypted with our own means."""
        data = self.response.find("a:EncryptedAssertion/xenc:EncryptedData", NS)
        method = data.find("xenc:EncryptionMethod", NS).get("Algorithm")
        wrapped, content = (
            base64.b64decode(one.text) for one in sorted(
                data.iter(_q("xenc:CipherValue")), key=lambda one: len(one.text)
            )
        )  # fmt: skip
        oaep = padding.OAEP(padding.MGF1(SHA1()), SHA1(), None)
        secret = key(with_key).decrypt(wrapped, oaep)
        if method == GCM:
            return etree.fromstring(AESGCM(secret).decrypt(content[:12], content[12:], None))
        assert method == CBC
        opener = Cipher(algorithms.AES(secret), modes.CBC(content[:16])).decryptor()
        plain = opener.update(content[16:]) + opener.finalize()
        return etree.fromstring(plain[: -plain[-1]])

    def attributes(self) -> dict[str, str]:
        """Attributes of the assertion by name."""
        return attributes(self.decrypted())


def encoded(root: Any) -> str:
    """A message as the form carries it."""
    return base64.b64encode(etree.tostring(root)).decode()


def attributes(assertion: Any) -> dict[str, str]:
    """Attributes by name; the text of a structured one is put together."""
    return {
        one.get("Name"): "|".join(one.find("a:AttributeValue", NS).itertext())
        for one in assertion.iter(_q("a:Attribute"))
    }


def verified(root: Any, certificate_pem: bytes, method: SignatureMethod) -> Any:
    """The part the signature covers, checked with signxml. Raises on anything wrong."""
    config = SignatureConfiguration(signature_methods=frozenset({method}), location="./")
    found = XMLVerifier().verify(
        root, x509_cert=certificate_pem.decode(), id_attribute="ID", expect_config=config
    )
    assert not isinstance(found, list)
    return found.signed_xml


def log_in(client: Client, request: Request, *, method: str = "eID", who: str = "tjorven") -> Came:
    """Through all pages, as a browser without JavaScript."""
    arrived = client.post(f"/simulation/{request.house}/saml/", request.form())
    assert arrived.status_code == 303, arrived.headers.get("Location")
    page = client.post(arrived["Location"], {"method": method, "who": who, "action": "login"})
    assert page.status_code == 200, page.content.decode()
    return came(page)


def came(page: Any) -> Came:
    """Read the form on the way back."""
    text = page.content.decode()
    fields = dict(re.findall(r'<input type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', text))
    raw = base64.b64decode(fields["SAMLResponse"])
    action = re.search(r'<form method="post" action="([^"]+)"', text)
    assert action
    return Came(etree.fromstring(raw), fields.get("RelayState", ""), action[1])


def _q(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{NS[prefix]}}}{local}"
