"""A provider that speaks OpenID Connect, as an identity source."""

from __future__ import annotations

import hmac
import json
import secrets as random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from rathaus.accounts.sources.base import (
    Departure,
    Health,
    LoginRefused,
    Returned,
    Source,
    Verified,
)
from rathaus.accounts.sources.oidc import claims as reading
from rathaus.accounts.sources.oidc import client, health, tokens
from rathaus.accounts.sources.oidc.entry import OidcEntry
from rathaus.accounts.sources.oidc.provider import Provider
from rathaus.accounts.sources.oidc.remote import Remote
from rathaus.accounts.sources.spent import spend
from rathaus.accounts.trust import TrustLevel
from rathaus.core.clock import now

CODES_KEPT = timedelta(hours=1)
CANCELLED = frozenset({"access_denied"})
MAX_AGE = 300
"""With `fresh` we demand a new log-in; this makes the provider name its time."""


class OidcSource(Source):
    """Authorization code flow with PKCE, state, nonce and the issuer in the answer."""

    def __init__(
        self, entry: OidcEntry, *, folder: Path, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.entry = entry
        self.folder = folder
        self.key = entry.key
        self.label = entry.label
        self.hint = entry.hint
        self.audience = entry.audience
        self.groups = entry.group_roles()
        self.levels = entry.trust_levels()
        parts = urlsplit(entry.issuer)
        self.form_targets = tuple(
            f"{parts.scheme}://{host}" for host in (entry.netloc, *entry.hosts)
        )
        self.remote = Remote(entry, transport)
        self.provider = Provider(entry.issuer, self.remote)

    def begin(self, *, level: TrustLevel, return_url: str, language: str, link: bool) -> Departure:
        """An authorization request; the provider's description is fetched if it is not known."""
        description = self.provider.description()
        state, nonce, verifier = (random.token_urlsafe(32) for _ in range(3))
        sent_at = int(now().timestamp())
        question = {
            "response_type": "code",
            "client_id": self.entry.client_id,
            "redirect_uri": return_url,
            "scope": " ".join(self.entry.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
            "ui_locales": language,
            **self._fresh(),
            **self._level(level),
        }
        joint = "&" if "?" in description.authorization else "?"
        return Departure(
            request_id=state,
            url=f"{description.authorization}{joint}{urlencode(question)}",
            kept={
                "nonce": nonce,
                "verifier": verifier,
                "return_url": return_url,
                "sent_at": sent_at,
            },
        )

    def finish(self, returned: Returned) -> Verified:
        """The code against an id_token, and every check of it."""
        code = self._code(returned)
        spend(self.key, code, until=now() + CODES_KEPT)
        answer = self._exchange(code, returned.kept)
        access_token = answer.get("access_token")
        access_token = access_token if isinstance(access_token, str) else ""
        claims = tokens.check(
            answer.get("id_token"),
            provider=self.provider,
            entry=self.entry,
            kept=returned.kept,
            access_token=access_token,
        )
        level = self.entry.level_of(claims.get("acr"))
        if level < returned.level or level == TrustLevel.NONE:
            raise LoginRefused("level-too-low")
        return self._verified(claims, self._more(claims, access_token), level)

    def health(self, *, ask: bool = False) -> Health:
        """Secret or key, and with `ask` whether description and keys can be fetched."""
        return health.of(self, ask=ask)

    def metadata(self) -> bytes | None:
        """For ``private_key_jwt``: our public key, which the provider needs."""
        if self.entry.client_auth == "private_key_jwt":
            return client.public_keys(self.key)
        return None

    # --- inside -----------------------------------------------------------------------------

    def _fresh(self) -> dict[str, str]:
        return {"prompt": "login", "max_age": str(MAX_AGE)} if self.entry.fresh else {}

    def _level(self, level: TrustLevel) -> dict[str, str]:
        values = self.entry.values_from(level)
        if not values:
            if level not in self.levels and level > max(self.levels):
                raise LoginRefused("level-out-of-reach")
            return {}
        if self.entry.acr_request == "acr_values":
            return {"acr_values": " ".join(values)}
        wanted = {"id_token": {"acr": {"essential": True, "values": values}}}
        return {"claims": json.dumps(wanted, separators=(",", ":"))}

    def _code(self, returned: Returned) -> str:
        """The code of an answer to our request by the right provider. Raises: LoginRefused."""
        given = returned.parameters
        if not hmac.compare_digest(given.get("state", "").encode(), returned.request_id.encode()):
            raise LoginRefused("state")
        issuer = given.get("iss")
        if issuer is None and self.provider.description().names_issuer:
            raise LoginRefused("issuer-missing")
        if issuer is not None and issuer != self.entry.issuer:
            raise LoginRefused("issuer-mixed-up")
        if error := given.get("error"):
            raise LoginRefused("provider-error", cancelled=error in CANCELLED)
        code = given.get("code", "")
        if not code or not code.isascii() or not code.isprintable():
            raise LoginRefused("no-code")
        return code

    def _exchange(self, code: str, kept: Mapping[str, Any]) -> dict[str, Any]:
        url = self.provider.description().token
        headers, fields = client.authentication(self.entry, self.folder, url)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": str(kept["return_url"]),
            "code_verifier": str(kept["verifier"]),
            **fields,
        }
        return self.remote.post(url, form, headers)

    def _more(self, claims: dict[str, Any], access_token: str) -> dict[str, Any]:
        """With the claims the provider leaves for its userinfo; what is signed comes first."""
        url = self.provider.description().userinfo
        if not self.entry.userinfo or not url:
            return claims
        found = self.remote.get(url, token=access_token)
        if found.get("sub") != claims["sub"]:
            raise LoginRefused("userinfo-of-somebody-else")
        return {**found, **claims}

    def _verified(
        self, signed: Mapping[str, Any], claims: Mapping[str, Any], level: TrustLevel
    ) -> Verified:
        staff = self.audience == "staff"
        return Verified(
            source=self.key,
            subject=f"{self.entry.issuer} {signed['sub']}",
            level=level,
            method=reading.method(signed),
            authenticated_at=tokens.authenticated_at(signed),
            attributes=reading.attributes(claims, self.entry.attributes, level=level),
            groups=reading.groups(claims, self.entry.groups_claim) if staff else (),
            second_factor=reading.has_second_factor(signed, self.entry.second_factor),
        )
