"""What is known of the provider: its description and its keys, kept for a while in memory."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from rathaus.accounts.sources.base import LoginRefused
from rathaus.accounts.sources.oidc.remote import Remote

KEPT = 10 * 60
"""Seconds that description and keys are kept."""
MOST_KEYS = 50
SMALLEST_RSA = 2048
DESCRIPTION = "/.well-known/openid-configuration"
KINDS: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {
    "RSA": RSAKey,
    "EC": ECKey,
    "OKP": OKPKey,
}
TYPE_OF = {"R": "RSA", "P": "RSA", "E": "EC"}


@dataclass(frozen=True)
class Description:
    """The part of the discovery document that is used; all addresses are the provider's."""

    issuer: str
    authorization: str
    token: str
    jwks: str
    userinfo: str
    names_issuer: bool
    """It puts ``iss`` into every answer (RFC 9207)."""


@dataclass(frozen=True)
class SigningKey:
    """A public key of the provider."""

    kid: str
    kind: str
    algorithm: str
    key: Key


class Provider:
    """Thread-safe; asks again after `KEPT` seconds, and once more for an unknown key."""

    def __init__(self, issuer: str, remote: Remote) -> None:
        self.issuer = issuer
        self.remote = remote
        self._lock = threading.Lock()
        self._description: tuple[float, Description] | None = None
        self._keys: tuple[float, list[SigningKey]] | None = None

    def description(self) -> Description:
        """Raises: LoginRefused."""
        with self._lock:
            known = self._description
        if known and time.monotonic() - known[0] < KEPT:
            return known[1]
        found = self._read(self.remote.get(self.issuer.rstrip("/") + DESCRIPTION))
        with self._lock:
            self._description = (time.monotonic(), found)
        return found

    def forget(self) -> None:
        """Ask again at the next use."""
        with self._lock:
            self._description = self._keys = None

    def key(self, *, kid: str | None, algorithm: str) -> Key:
        """The key a token was signed with; an unknown one is looked for once more.

        Raises: LoginRefused.
        """
        for again in (False, True):
            fitting = [
                known
                for known in self.keys(again=again)
                if known.kind == _kind(algorithm)
                and known.algorithm in ("", algorithm)
                and kid in (None, known.kid)
            ]
            if len(fitting) == 1:
                return fitting[0].key
        raise LoginRefused("unknown-key")

    def keys(self, *, again: bool = False) -> list[SigningKey]:
        """Public keys that may sign. Raises: LoginRefused."""
        with self._lock:
            known = self._keys
        if known and not again and time.monotonic() - known[0] < KEPT:
            return known[1]
        raw = self.remote.get(self.description().jwks).get("keys")
        if not isinstance(raw, list) or len(raw) > MOST_KEYS:
            raise LoginRefused("keys-unusable")
        found = [key for key in (_usable(one) for one in raw) if key]
        with self._lock:
            self._keys = (time.monotonic(), found)
        return found

    def _read(self, found: dict[str, Any]) -> Description:
        if found.get("issuer") != self.issuer:
            raise LoginRefused("issuer-mismatch")
        addresses = {
            name: found.get(name, "")
            for name in (
                "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint",
            )
        }  # fmt: skip
        for name, url in addresses.items():
            if not self.remote.allows(url) and (url or name != "userinfo_endpoint"):
                raise LoginRefused("foreign-address", name)
        return Description(
            issuer=self.issuer,
            authorization=addresses["authorization_endpoint"],
            token=addresses["token_endpoint"],
            jwks=addresses["jwks_uri"],
            userinfo=addresses["userinfo_endpoint"],
            names_issuer=found.get("authorization_response_iss_parameter_supported") is True,
        )


def _usable(raw: object) -> SigningKey | None:
    """A public signature key, or None: shared secrets, keys for encryption, weak keys."""
    if not isinstance(raw, dict) or raw.get("use", "sig") != "sig" or "d" in raw:
        return None
    kind = KINDS.get(str(raw.get("kty")))
    if kind is None:
        return None
    try:
        key = kind.import_key(raw)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if isinstance(key, RSAKey) and key.public_key.key_size < SMALLEST_RSA:
        return None
    return SigningKey(str(raw.get("kid", "")), str(raw["kty"]), str(raw.get("alg", "")), key)


def _kind(algorithm: str) -> str:
    return "OKP" if algorithm == "EdDSA" else TYPE_OF.get(algorithm[:1], "")
