"""What the operator has to know about a SAML source."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from rathaus.accounts.sources import keys
from rathaus.accounts.sources.base import Certificate, Health
from rathaus.accounts.sources.saml import idp
from rathaus.core import net
from rathaus.core.clock import now

if TYPE_CHECKING:
    from rathaus.accounts.sources.saml.source import SamlSource

SOON = timedelta(days=60)
WANTED_RSA_BITS = 3072


def of(source: SamlSource, *, ask: bool) -> Health:
    """Metadata, certificates of both sides, and with `ask` whether they answer."""
    problems: list[str] = []
    certificates = [
        _described(pair.certificate, pair.name)
        for use in keys.USES
        for pair in keys.all_of(source.key, use)
    ]
    provider = None
    try:
        provider = source.idp()
    except idp.MetadataUnusable as error:
        problems.append(str(error))
    if provider:
        certificates += [_described(known, "idp-signing") for known in provider.signing]
        problems += [
            "Ein Schlüssel des Kontosystems hat weniger als 3072 Bit (TR-03116-4)."
            for known in provider.signing
            if _short(known)
        ]
        if provider.valid_until and provider.valid_until - now() < SOON:
            problems.append(f"Die Metadaten gelten nur bis {provider.valid_until:%d.%m.%Y}.")
    problems += expiring(certificates)
    return Health(
        configured=provider is not None,
        problems=tuple(problems),
        reachable=_answers(provider, source.entry.binding) if provider and ask else None,
        certificates=tuple(certificates),
    )


def expiring(certificates: list[Certificate]) -> list[str]:
    """A sentence for each certificate that ends soon; an old pair may end."""
    found = []
    for certificate in certificates:
        left = (certificate.valid_until - now()).days
        if certificate.use.endswith(keys.OLD) or left >= SOON.days:
            continue
        ours = certificate.use.startswith("sp-")
        advice = (
            "Bitte neue Schlüssel vorbereiten (docs/identity.md, „Schlüssel wechseln“)."
            if ours
            else "Bitte neue Metadaten des Kontosystems besorgen."
        )
        when = f"läuft in {left} Tagen ab" if left >= 0 else "ist abgelaufen"
        found.append(f"Das Zertifikat „{certificate.use}“ {when}. {advice}")
    return found


def _described(certificate: x509.Certificate, use: str) -> Certificate:
    return Certificate(
        use=use,
        subject=certificate.subject.rfc4514_string(),
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        fingerprint=idp.fingerprint(certificate),
    )


def _short(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    return isinstance(key, rsa.RSAPublicKey) and key.key_size < WANTED_RSA_BITS


def _answers(provider: idp.IdentityProvider, binding: str) -> bool:
    """Whether the log-in address answers at all; only its own host is called."""
    address = urlsplit(provider.sign_on_url(binding))
    try:
        with net.client(allowed=[address.netloc], timeout=8.0) as client:
            client.get(f"{address.scheme}://{address.netloc}{address.path}")
    except httpx.HTTPError:
        return False
    return True
