"""The one service provider that is registered: this town, as its SAML metadata describe it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings

from rathaus.simulation.bundid.houses import House
from rathaus.simulation.bundid.xml import DS, MD, POST, PREFIXES, Unreadable, parse, q


class NotRegistered(LookupError):
    """The town has no such source, or its description cannot be used."""


@dataclass(frozen=True)
class ServiceProvider:
    """What the house knows of the town."""

    entity_id: str
    return_urls: tuple[str, ...]
    """Where answers may go, the default first."""
    signing: tuple[x509.Certificate, ...]
    encryption: x509.Certificate

    @property
    def host(self) -> str:
        """The host of the name, on which BundID's account keys depend."""
        return host_of(self.entity_id)


def host_of(entity_id: str) -> str:
    """The host in a name."""
    return urlsplit(entity_id).hostname or ""


def name_at(house: House) -> str:
    """The town's name at a house, unless its settings give another one; makes no keys."""
    return f"{settings.BASE_URL}/konto/metadaten/{house.key}/"


def metadata_of(house: House) -> bytes:
    """The town's description for a house. Raises: NotRegistered."""
    from rathaus.accounts.sources import config

    try:
        found = config.source(house.key).metadata()
    except LookupError as error:
        raise NotRegistered(house.key) from error
    if not found:
        raise NotRegistered(house.key)
    return found


def of(house: House) -> ServiceProvider:
    """The town as registered at a house. Raises: NotRegistered."""
    try:
        return read(metadata_of(house))
    except (Unreadable, ValueError) as error:
        raise NotRegistered(f"{house.key}: {error}") from error


def read(raw: bytes) -> ServiceProvider:
    """A description. Raises: Unreadable, NotRegistered, ValueError."""
    root = parse(raw)
    if root.tag != q(MD, "EntityDescriptor"):
        raise Unreadable("no EntityDescriptor")
    role = root.find("md:SPSSODescriptor", PREFIXES)
    if role is None:
        raise Unreadable("no SPSSODescriptor")
    services = sorted(
        (one for one in role.findall("md:AssertionConsumerService", PREFIXES)
         if one.get("Binding") == POST),
        key=lambda one: (one.get("isDefault") != "true", int(one.get("index") or 0)),
    )  # fmt: skip
    signing, encryption = _certificates(role, "signing"), _certificates(role, "encryption")
    if not (services and signing and encryption):
        raise Unreadable("address or certificate missing")
    return ServiceProvider(
        entity_id=root.get("entityID") or "",
        return_urls=tuple(one.get("Location") or "" for one in services),
        signing=signing,
        encryption=encryption[0],
    )


def _certificates(role: object, use: str) -> tuple[x509.Certificate, ...]:
    found = []
    for key in role.findall("md:KeyDescriptor", PREFIXES):  # type: ignore[attr-defined]
        if key.get("use") in (use, None):
            for node in key.iter(q(DS, "X509Certificate")):
                try:
                    der = base64.b64decode("".join((node.text or "").split()), validate=True)
                except binascii.Error as error:
                    raise Unreadable("certificate is not base64") from error
                found.append(x509.load_der_x509_certificate(der))
    return tuple(found)
