"""What we know of an account system: its metadata, from a file that the operator chose.

Nothing is fetched here; `fetching` does that for an https address, outside of any log-in.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from rathaus.accounts.sources import keys, simulated
from rathaus.accounts.sources.saml import names, xml
from rathaus.accounts.sources.saml.entry import SIMULATION, SamlEntry
from rathaus.core.clock import now

MAX_METADATA = 2_000_000
MIN_RSA_BITS = 2048


class MetadataUnusable(ValueError):
    """The metadata are missing or wrong; the text says so in German, with what to do."""


@dataclass(frozen=True)
class IdentityProvider:
    """The account system as its metadata describe it."""

    entity_id: str
    post_url: str
    redirect_url: str
    signing: tuple[x509.Certificate, ...]
    valid_until: datetime | None = None

    def sign_on_url(self, binding: str) -> str:
        """Where to send the request; the other binding if it offers only that."""
        first, second = self.post_url, self.redirect_url
        return (first or second) if binding == "post" else (second or first)

    def binding(self, wanted: str) -> str:
        """``post`` or ``redirect``: what it offers, if possible what we want."""
        if wanted == "post":
            return "post" if self.post_url else "redirect"
        return "redirect" if self.redirect_url else "post"


_known: dict[Path, tuple[tuple[int, int, str], IdentityProvider]] = {}


def known(entry: SamlEntry, *, folder: Path) -> IdentityProvider:
    """The account system of an entry. Raises: MetadataUnusable."""
    if entry.metadata == SIMULATION:
        simulated.metadata(entry.key)
    file = path(entry, folder=folder)
    try:
        state = file.stat()
        stamp = (state.st_mtime_ns, state.st_size, repr(entry))
        if file not in _known or _known[file][0] != stamp:
            if state.st_size > MAX_METADATA:
                raise MetadataUnusable(f"Die Metadaten in {file} sind zu groß.")
            _known[file] = (stamp, read(file.read_bytes(), entry))
    except FileNotFoundError:
        advice = (
            f"Bitte abholen: rathaus identity check --fetch {entry.key}"
            if "://" in entry.metadata
            else "Bitte vom Betreiber des Kontosystems besorgen und dort ablegen."
        )
        raise MetadataUnusable(f"Die Metadaten {file} fehlen. {advice}") from None
    except OSError as error:
        raise MetadataUnusable(f"{file} kann nicht gelesen werden: {error.strerror}.") from error
    provider = _known[file][1]
    if provider.valid_until and provider.valid_until < now():
        raise MetadataUnusable(
            f"Die Metadaten in {file} sind seit {provider.valid_until:%d.%m.%Y} abgelaufen. "
            "Bitte neu besorgen."
        )
    return provider


def path(entry: SamlEntry, *, folder: Path) -> Path:
    """Where the metadata are kept."""
    if entry.metadata == SIMULATION or "://" in entry.metadata:
        return keys.folder(entry.key) / simulated.FILE
    return folder / entry.metadata


def read(raw: bytes, entry: SamlEntry) -> IdentityProvider:
    """Metadata as an account system publishes them. Raises: MetadataUnusable."""
    try:
        root = xml.parse(_without_comments(raw), limit=MAX_METADATA)
    except xml.Malformed as error:
        raise MetadataUnusable(f"Die Metadaten sind kein zulässiges XML ({error}).") from error
    if entry.metadata_fingerprint:
        from rathaus.accounts.sources.saml import trust  # its library loads slowly

        signed = trust.signed_root(root, entry.metadata_fingerprint)
        if signed is None:
            raise MetadataUnusable(
                "Die Metadaten sind nicht mit dem Zertifikat aus metadata_fingerprint signiert."
            )
        root = signed
    entity = _entity(root, entry)
    descriptors = xml.children(entity, names.tag(names.MD, "IDPSSODescriptor"))
    if len(descriptors) != 1:
        raise MetadataUnusable("Die Metadaten beschreiben kein Kontosystem (IDPSSODescriptor).")
    services = {
        service.get("Binding"): (service.get("Location") or "").strip()
        for service in xml.children(descriptors[0], names.tag(names.MD, "SingleSignOnService"))
    }
    post, redirect = services.get(names.POST, ""), services.get(names.REDIRECT, "")
    if not (post or redirect):
        raise MetadataUnusable("Die Metadaten nennen keine Adresse für die Anmeldung.")
    for address in (post, redirect):
        if address and not _acceptable(address, entry):
            raise MetadataUnusable(f"Die Adresse {address} ist keine https-Adresse.")
    signing = _certificates(descriptors[0])
    if not signing:
        raise MetadataUnusable("Die Metadaten enthalten kein brauchbares Signatur-Zertifikat.")
    return IdentityProvider(
        entity_id=(entity.get("entityID") or "").strip(),
        post_url=post,
        redirect_url=redirect,
        signing=signing,
        valid_until=_earliest(entity, descriptors[0], root),
    )


def key_problem(certificate: x509.Certificate) -> str:
    """Why a key is too weak to be believed, or empty."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "" if key.key_size >= MIN_RSA_BITS else f"RSA mit nur {key.key_size} Bit"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "" if key.key_size >= 256 else f"Kurve mit nur {key.key_size} Bit"
    return "Schlüsselart, die nicht erlaubt ist"


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256, hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _entity(root: etree._Element, entry: SamlEntry) -> etree._Element:
    found = xml.find_all(root, names.tag(names.MD, "EntityDescriptor"))
    if entry.idp_entity_id:
        found = [e for e in found if (e.get("entityID") or "").strip() == entry.idp_entity_id]
        if not found:
            raise MetadataUnusable(f"Die Metadaten beschreiben nicht {entry.idp_entity_id}.")
    if len(found) != 1 or not (found[0].get("entityID") or "").strip():
        raise MetadataUnusable(
            f"Die Metadaten beschreiben {len(found)} Systeme; bitte idp_entity_id angeben."
        )
    return found[0]


def _certificates(descriptor: etree._Element) -> tuple[x509.Certificate, ...]:
    certificates: list[x509.Certificate] = []
    for holder in xml.children(descriptor, names.tag(names.MD, "KeyDescriptor")):
        if holder.get("use") not in {None, "signing"}:
            continue
        for element in xml.find_all(holder, names.tag(names.DS, "X509Certificate")):
            try:
                der = base64.b64decode("".join((element.text or "").split()), validate=True)
                certificate = x509.load_der_x509_certificate(der)
            except (binascii.Error, ValueError) as error:
                raise MetadataUnusable("Ein Zertifikat in den Metadaten ist unlesbar.") from error
            if not key_problem(certificate) and certificate not in certificates:
                certificates.append(certificate)
    return tuple(certificates)


def _earliest(*elements: etree._Element) -> datetime | None:
    moments = []
    for element in elements:
        text = element.get("validUntil")
        if text:
            try:
                moment = datetime.fromisoformat(text)
            except ValueError as error:
                raise MetadataUnusable("validUntil in den Metadaten ist unlesbar.") from error
            if moment.tzinfo is None:
                raise MetadataUnusable("validUntil in den Metadaten hat keine Zeitzone.")
            moments.append(moment)
    return min(moments, default=None)


def _acceptable(address: str, entry: SamlEntry) -> bool:
    if address.startswith("https://"):
        return True
    local = ("http://localhost", "http://127.0.0.1")
    return address.startswith("http://") and (
        entry.metadata == SIMULATION
        or any(address.startswith((f"{host}:", f"{host}/")) for host in local)
    )


def _without_comments(raw: bytes) -> bytes:
    """Metadata come from the operator and may be commented; messages may not."""
    if b"<!--" not in raw:
        return raw
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        return raw
    if root.getroottree().docinfo.internalDTD is not None:
        raise xml.Malformed("doctype")
    return etree.tostring(root)
