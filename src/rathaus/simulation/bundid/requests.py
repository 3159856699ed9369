"""Reading and checking a request to log in (AuthnRequest)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from rathaus.core import clock
from rathaus.simulation.bundid import extension, levels, signatures, sp, xml
from rathaus.simulation.bundid.errors import Refused
from rathaus.simulation.bundid.extension import Wishes
from rathaus.simulation.bundid.houses import House
from rathaus.simulation.bundid.levels import Level
from rathaus.simulation.bundid.sp import ServiceProvider
from rathaus.simulation.bundid.xml import POST, SAML, SAMLP, Unreadable, q

OLDEST = timedelta(minutes=10)


@dataclass(frozen=True)
class LoginRequest:
    """What the town wants: as kept until the person has logged in."""

    id: str
    return_url: str
    level: int
    reference: str
    """The AuthnContextClassRef of the request, for its vocabulary."""
    wishes: Wishes
    remarks: tuple[str, ...] = ()
    """Oddities that were let pass; the log shows them."""

    def as_json(self) -> dict[str, Any]:
        """For the database."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LoginRequest:
        """From the database."""
        wishes = Wishes.from_json(data["wishes"])
        return cls(**{**data, "wishes": wishes, "remarks": tuple(data["remarks"])})


def read(
    house: House, *, method: str, parameters: Mapping[str, str], query: str
) -> tuple[LoginRequest, bytes]:
    """Check a request from top to bottom; returns it with its XML.

    Raises: Refused, which carries the XML as far as it could be read.
    """
    raw = b""
    try:
        value = parameters.get("SAMLRequest", "")
        if not value:
            raise Refused("sim-no-request")
        raw = xml.from_redirect(value) if method == "GET" else xml.from_post(value)
        return _checked(house, raw, query=query if method == "GET" else None), raw
    except Unreadable as error:
        raise Refused("sim-unreadable", str(error), raw=raw) from error
    except Refused as refused:
        refused.raw = raw
        raise


def _checked(house: House, raw: bytes, *, query: str | None) -> LoginRequest:
    root = xml.parse(raw)
    if root.tag != q(SAMLP, "AuthnRequest"):
        raise Refused("sim-unreadable", root.tag)
    try:
        provider = sp.of(house)
    except sp.NotRegistered as error:
        raise Refused("sim-unknown-issuer", str(error)) from error
    if xml.text(root, "saml2:Issuer") != provider.entity_id:
        raise Refused("sim-unknown-issuer", xml.text(root, "saml2:Issuer"))
    root = _signed(root, provider, query)
    _fresh(root, house)
    reference, level, remarks = _level(root)
    wishes = extension.read(root) if house.extension else Wishes()
    if house.extension and not wishes.service_id:
        remarks.append("OnlineServiceId fehlt (seit 30.06.2025 verlangt)")
    return LoginRequest(
        id=root.get("ID") or "",
        return_url=_return_url(root, provider),
        level=level,
        reference=reference,
        wishes=wishes,
        remarks=tuple(remarks),
    )


def _signed(root: etree._Element, provider: ServiceProvider, query: str | None) -> etree._Element:
    try:
        if query is not None:
            if not signatures.check_redirect(query, provider.signing):
                raise Refused("saml-request-not-signed")
            return root
        part = signatures.signed_part(root, provider.signing)
    except signatures.SignatureWrong as error:
        raise Refused("sim-signature-wrong", str(error)) from error
    if part is None:
        raise Refused("saml-request-not-signed")
    return part


def _fresh(root: etree._Element, house: House) -> None:
    if root.get("Version") != "2.0" or not root.get("ID"):
        raise Refused("sim-unreadable", "Version, ID")
    if root.get("Destination") != house.sso_url:
        raise Refused("sim-wrong-destination", root.get("Destination") or "")
    try:
        issued = datetime.fromisoformat(root.get("IssueInstant") or "")
        age = clock.now() - issued
    except (ValueError, TypeError) as error:
        raise Refused("sim-unreadable", "IssueInstant") from error
    if abs(age) > OLDEST:
        raise Refused("sim-too-old", root.get("IssueInstant") or "")


def _return_url(root: etree._Element, provider: ServiceProvider) -> str:
    asked = root.get("AssertionConsumerServiceURL") or provider.return_urls[0]
    if asked not in provider.return_urls:
        raise Refused("sim-wrong-return-address", asked)
    if root.get("ProtocolBinding", POST) != POST:
        raise Refused("sim-wrong-binding", root.get("ProtocolBinding") or "")
    return asked


def _level(root: etree._Element) -> tuple[str, Level, list[str]]:
    wanted = root.find(q(SAMLP, "RequestedAuthnContext"))
    if wanted is None:
        return f"{levels.STORK}1", Level.REGISTERED, ["RequestedAuthnContext fehlt"]
    references = [
        (node.text or "").strip() for node in wanted.findall(q(SAML, "AuthnContextClassRef"))
    ]
    known = [(level, one) for one in references if (level := levels.parse(one)) is not None]
    if not known:
        raise Refused("sim-unknown-level", ", ".join(references))
    level, reference = min(known)
    remarks = []
    if wanted.get("Comparison") != "minimum":
        remarks.append("RequestedAuthnContext ohne Comparison=minimum")
    return reference, level, remarks
