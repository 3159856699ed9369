"""The id_token: whose it is, for whom, when, and an answer to which request.

`joserfc` checks the signature; every claim is checked here by name, so that the list can be read
beside OpenID Connect Core 3.1.3.7.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from authlib.oidc.core.util import create_half_hash
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from rathaus.accounts.sources.base import LoginRefused
from rathaus.accounts.sources.oidc.entry import OidcEntry
from rathaus.accounts.sources.oidc.provider import Provider
from rathaus.core.clock import now

LONGEST = 32_000
OLDEST = timedelta(minutes=10)
"""An id_token is fetched as soon as it is made."""
LONGEST_SUBJECT = 255


def check(
    token: object, *, provider: Provider, entry: OidcEntry, kept: Mapping[str, Any],
    access_token: str,
) -> dict[str, Any]:  # fmt: skip
    """The claims of a token that passed every check. Raises: LoginRefused."""
    algorithm, claims = _signed(token, provider, entry)
    skew, moment = timedelta(seconds=entry.skew_seconds), now()
    _demand(claims.get("iss") == provider.issuer, "issuer")
    _for_us(claims, entry.client_id)
    subject = claims.get("sub")
    _demand(isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT, "subject")
    _demand(_time(claims, "exp") > moment - skew, "expired")
    issued = _time(claims, "iat")
    _demand(issued <= moment + skew, "from-the-future")
    _demand(issued > moment - OLDEST - skew, "expired")
    if "nbf" in claims:
        _demand(_time(claims, "nbf") <= moment + skew, "from-the-future")
    _demand(_same(claims.get("nonce"), kept.get("nonce")), "nonce")
    if "at_hash" in claims:
        expected = create_half_hash(access_token, algorithm)
        _demand(bool(expected) and _same(claims["at_hash"], _text(expected)), "at-hash")
    if "auth_time" in claims:
        _demand(_time(claims, "auth_time") <= moment + skew, "from-the-future")
    if entry.fresh:
        sent = datetime.fromtimestamp(int(kept["sent_at"]), UTC)
        _demand(_time(claims, "auth_time") >= sent - skew, "old-login")
    return claims


def authenticated_at(claims: Mapping[str, Any]) -> datetime:
    """When the person proved who (s)he is."""
    return _time(claims, "auth_time" if "auth_time" in claims else "iat")


def _signed(token: object, provider: Provider, entry: OidcEntry) -> tuple[str, dict[str, Any]]:
    """Algorithm and claims. Of the header only ``alg`` and ``kid`` count, never a key in it."""
    if not isinstance(token, str) or len(token) > LONGEST or token.count(".") != 2:
        raise LoginRefused("no-id-token")
    try:
        header = json.loads(urlsafe_b64decode(token.partition(".")[0].encode("ascii")))
    except (ValueError, RecursionError) as error:
        raise LoginRefused("no-id-token") from error
    if not isinstance(header, dict):
        raise LoginRefused("no-id-token")
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in entry.algorithms or "crit" in header:
        raise LoginRefused("algorithm")
    if kid is not None and not isinstance(kid, str):
        raise LoginRefused("unknown-key")
    key = provider.key(kid=kid, algorithm=str(algorithm))
    try:
        payload = jws.deserialize_compact(token, key, algorithms=[str(algorithm)]).payload
        claims = json.loads(payload)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise LoginRefused("signature") from error
    if not isinstance(claims, dict):
        raise LoginRefused("no-id-token")
    return str(algorithm), claims


def _for_us(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    _demand(client_id in named, "audience")
    if len(named) > 1:
        _demand("azp" in claims, "authorized-party")
    if "azp" in claims:
        _demand(claims["azp"] == client_id, "authorized-party")


def _time(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise LoginRefused(f"{name.replace('_', '-')}-missing")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise LoginRefused(f"{name.replace('_', '-')}-missing") from error


def _same(given: object, expected: object) -> bool:
    if not isinstance(given, str) or not isinstance(expected, str) or not expected:
        return False
    return hmac.compare_digest(given.encode(), expected.encode())


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _demand(holds: bool, code: str) -> None:
    if not holds:
        raise LoginRefused(code)
