"""Checking a webhook's signature without asking PayPal.

Signed is ``transmission id|time|webhook id|crc32 of the raw body`` with RSA and SHA-256.
The certificate comes from PayPal's own host over https, without redirects, and has to
chain up to a public root, be in force and be issued to the name PayPal uses for this.
"""

from __future__ import annotations

import base64
import binascii
import re
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import certifi
import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import verification

from rathaus.core import clock, net
from rathaus.payments.guards import assert_no_transaction
from rathaus.payments.providers.base import NotReached
from rathaus.payments.providers.paypal.config import PayPalConfig

ALGORITHM = "SHA256withRSA"
CERTIFICATE_BYTES = 64 * 1024
CACHE_SECONDS = 24 * 3600
CACHE_ENTRIES = 16
CERTIFICATE_PATH = re.compile(r"/v1/notifications/certs/[A-Za-z0-9._-]{1,200}")
HEADERS = (
    "paypal-transmission-id",
    "paypal-transmission-time",
    "paypal-transmission-sig",
    "paypal-cert-url",
    "paypal-auth-algo",
)

_cache: dict[str, tuple[bytes, float]] = {}
_lock = threading.Lock()


class WebhookInvalid(Exception):
    """Forged, damaged, or not for us; the text says why, for the log."""


@dataclass(frozen=True)
class Trust:
    """Whom to believe: roots (PEM) and the names a signing certificate may have."""

    roots_pem: bytes
    names: tuple[str, ...]


def _public_trust() -> Trust:
    with open(certifi.where(), "rb") as file:
        roots = file.read()
    return Trust(
        roots,
        (
            "messageverificationcerts.paypal.com",
            "messageverificationcerts.sandbox.paypal.com",
        ),
    )


_simulation_trust: Callable[[], Trust] | None = None


def trust_simulation(source: Callable[[], Trust]) -> None:
    """Let the simulation say whom to believe; used only while simulation is switched on."""
    global _simulation_trust
    _simulation_trust = source


def precheck(headers: Mapping[str, str], config: PayPalConfig) -> str:
    """What can be seen at once, without certificate. Returns the transmission id.

    `headers` has lower case names. Raises: WebhookInvalid.
    """
    for name in HEADERS:
        value = headers.get(name, "")
        if not value or len(value) > 2000:
            raise WebhookInvalid(f"header {name} missing or too long")
    if headers["paypal-auth-algo"] != ALGORITHM:
        raise WebhookInvalid("algorithm not allowed")
    if not config.webhook_id:
        raise WebhookInvalid("no webhook id configured")
    if len(headers["paypal-transmission-id"]) > 100:
        raise WebhookInvalid("transmission id too long")
    _check_address(headers["paypal-cert-url"], config)
    return headers["paypal-transmission-id"]


def verify(
    headers: Mapping[str, str], body: bytes, config: PayPalConfig, *, fetch: bool = True
) -> bool:
    """Check a webhook completely. Without `fetch`: False if the certificate is not at hand.

    Raises: WebhookInvalid; NotReached if the certificate cannot be had now.
    """
    precheck(headers, config)
    pem = _certificates(headers["paypal-cert-url"], config, fetch=fetch)
    if pem is None:
        return False
    key = _trusted_key(pem, config)
    signed = "|".join(
        (
            headers["paypal-transmission-id"],
            headers["paypal-transmission-time"],
            config.webhook_id,
            str(zlib.crc32(body)),
        )
    )
    try:
        signature = base64.b64decode(headers["paypal-transmission-sig"], validate=True)
        key.verify(signature, signed.encode(), PKCS1v15(), SHA256())
    except (binascii.Error, ValueError) as error:
        raise WebhookInvalid("signature unreadable") from error
    except InvalidSignature as error:
        raise WebhookInvalid("signature does not fit") from error
    return True


def forget_certificates() -> None:
    """Empty the cache; for tests."""
    with _lock:
        _cache.clear()


def _check_address(address: str, config: PayPalConfig) -> None:
    try:
        url = urlsplit(address)
        host, port = url.hostname or "", url.port
    except ValueError as error:
        raise WebhookInvalid("certificate address unreadable") from error
    if url.username or url.password or url.fragment:
        raise WebhookInvalid("certificate address has extras")
    if config.simulation:
        own = urlsplit(config.base_url)
        if (url.scheme, host, port) == (own.scheme, own.hostname, own.port):
            return
    if url.scheme != "https" or port not in (None, 443):
        raise WebhookInvalid("certificate not over https")
    if not (host == "paypal.com" or host.endswith(".paypal.com")):
        raise WebhookInvalid("certificate from a foreign host")
    if url.query or not CERTIFICATE_PATH.fullmatch(url.path):
        raise WebhookInvalid("no address of a certificate")


def _certificates(address: str, config: PayPalConfig, *, fetch: bool) -> bytes | None:
    with _lock:
        known = _cache.get(address)
    if known and known[1] > time.monotonic():
        return known[0]
    if not fetch:
        return None
    assert_no_transaction()
    host = urlsplit(address).hostname or ""
    pem = bytearray()
    try:
        with (
            net.client(
                allowed=[host],
                timeout=config.timeout_seconds,
                transport=config.make_transport(),
            ) as client,
            client.stream("GET", address, headers={"Accept-Encoding": "identity"}) as response,
        ):
            if response.status_code == 404:
                raise WebhookInvalid("no such certificate")
            if response.status_code != 200:
                raise NotReached(f"CERTIFICATE_HTTP_{response.status_code}")
            for chunk in response.iter_bytes():
                pem += chunk
                if len(pem) > CERTIFICATE_BYTES:
                    raise WebhookInvalid("certificate too large")
    except httpx.HTTPError as error:
        raise NotReached(f"CERTIFICATE_{type(error).__name__}") from error
    with _lock:
        if len(_cache) >= CACHE_ENTRIES:
            _cache.clear()
        _cache[address] = (bytes(pem), time.monotonic() + CACHE_SECONDS)
    return bytes(pem)


def _trusted_key(pem: bytes, config: PayPalConfig) -> RSAPublicKey:
    trust = _simulation_trust() if config.simulation and _simulation_trust else _public_trust()
    try:
        leaf, *between = x509.load_pem_x509_certificates(pem)
        store = verification.Store(x509.load_pem_x509_certificates(trust.roots_pem))
    except ValueError as error:
        raise WebhookInvalid("certificate unreadable") from error
    policy = verification.PolicyBuilder().store(store).time(clock.now())
    reason = ""
    for name in trust.names:
        try:
            policy.build_server_verifier(x509.DNSName(name)).verify(leaf, between)
        except verification.VerificationError as error:
            reason = str(error)
            continue
        key = leaf.public_key()
        if not isinstance(key, RSAPublicKey):
            raise WebhookInvalid("certificate has no RSA key")
        return key
    raise WebhookInvalid(f"certificate not trusted: {reason}")
