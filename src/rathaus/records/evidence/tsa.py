"""Asking a time-stamp service (RFC 3161) and believing nothing it says unchecked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.utils.module_loading import import_string

from rathaus.core import net
from rathaus.core.clock import now
from rathaus.records.evidence.authorities import Authority, NotUsable
from rathaus.records.evidence.offline import pruefen

LARGEST = 256 * 1024
APART = timedelta(minutes=10)
"""A new time stamp that is further from our clock is refused: one of the two is wrong."""


class StampFailed(Exception):
    """No usable time stamp came; the text is for the operator."""


@dataclass(frozen=True)
class Answer:
    """A verified time stamp."""

    token: bytes
    gen_time: datetime
    serial: str
    policy: str
    subject: str
    signature: str
    valid_until: datetime
    certificates: str


def ask(authority: Authority, imprint: bytes, algorithm: str) -> Answer:
    """A time stamp over `imprint`. Raises: StampFailed."""
    nonce = secrets.randbits(63) | 1 << 62
    request = _request(imprint, algorithm, nonce, authority.policy)
    try:
        body = _post(authority, request)
        token = _verify(authority, body, imprint, nonce)
        stamp = pruefen.time_stamp(token)
        known = authority.certificates()
        roots = [c for c in known if c.issuer == c.subject] or known
        chain = pruefen.chain_to_root(stamp, roots, known)
    except httpx.HTTPError as error:
        raise StampFailed(f"{type(error).__name__}: {error}"[:300]) from error
    except (NotUsable, pruefen.HaeltNicht) as error:
        raise StampFailed(str(error)[:300]) from error
    if (stamp.algorithm, stamp.imprint) != (algorithm, imprint):
        raise StampFailed("The time stamp is about something else")
    if abs(stamp.time - now()) > APART:
        raise StampFailed(
            f"The time stamp says {stamp.time:%Y-%m-%d %H:%M} UTC, our clock does not"
        )
    return Answer(
        token=token,
        gen_time=stamp.time,
        serial=f"{stamp.serial:x}"[:80],
        policy=stamp.policy[:80],
        subject=stamp.subject[:300],
        signature=kind_of_key(stamp.signer),
        valid_until=min(certificate.not_valid_after_utc for certificate in chain),
        certificates="".join(c.public_bytes(Encoding.PEM).decode() for c in chain),
    )


def kind_of_key(certificate: x509.Certificate) -> str:
    """``rsa-3072``, ``ec-256``: what the table of algorithms knows."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"rsa-{key.key_size}"
    return f"ec-{key.curve.key_size}" if isinstance(key, ec.EllipticCurvePublicKey) else "other"


def _request(imprint: bytes, algorithm: str, nonce: int, policy: str) -> bytes:
    from asn1crypto import tsp

    fields: dict[str, object] = {
        "version": 1,
        "message_imprint": {
            "hash_algorithm": {"algorithm": algorithm},
            "hashed_message": imprint,
        },
        "nonce": nonce,
        "cert_req": True,
    }
    if policy:
        fields["req_policy"] = policy
    found: bytes = tsp.TimeStampReq(fields).dump()
    return found


def _post(authority: Authority, request: bytes) -> bytes:
    path = settings.RATHAUS_TSA_TRANSPORT if settings.SIMULATION else ""
    transport = import_string(path)() if path else None
    headers = {"Content-Type": "application/timestamp-query"}
    with (
        net.client(allowed=[authority.host], transport=transport) as client,
        client.stream("POST", authority.url, content=request, headers=headers) as response,
    ):
        if response.status_code != 200:
            raise StampFailed(f"HTTP {response.status_code}")
        body = b""
        for piece in response.iter_bytes():
            body += piece
            if len(body) > LARGEST:
                raise StampFailed("The answer is too long")
    return body


def _verify(authority: Authority, body: bytes, imprint: bytes, nonce: int) -> bytes:
    """The token of a response that rfc3161-client accepts; ours looks at it once more."""
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        response = decode_timestamp_response(body)
        if response.status not in (0, 1):
            raise StampFailed(f"Refused: status {response.status} {response.status_string or ''}")
        policy = x509.ObjectIdentifier(authority.policy) if authority.policy else None
        known = authority.certificates()
        verifier = VerifierBuilder(
            roots=[c for c in known if c.issuer == c.subject] or known,
            intermediates=[c for c in known if c.issuer != c.subject],
            policy_id=policy,
            nonce=nonce,
        ).build()
        verifier.verify(response, imprint)
        return bytes(response.time_stamp_token())
    except VerificationError as error:
        raise StampFailed(str(error)[:300]) from error
    except (ValueError, RuntimeError) as error:
        raise StampFailed(f"The answer is no time stamp ({error})"[:300]) from error
