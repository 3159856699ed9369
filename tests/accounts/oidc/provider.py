"""An OpenID provider that can be told to attack. Without being told it does everything right."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from rathaus.accounts.sources.base import Departure, Returned, Verified
from rathaus.accounts.sources.oidc.entry import OidcEntry
from rathaus.accounts.sources.oidc.source import OidcSource
from rathaus.accounts.trust import TrustLevel
from rathaus.core.clock import now

ISSUER = "https://op.example"
RETURN = "https://rathaus.example/konto/rueckkehr/land/"
CLIENT, SECRET = "rathaus", "ein geheimes Wort"
SUBSTANTIAL, HIGH = "https://op.example/substantial", "https://op.example/high"
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
OTHER = RSAKey.generate_key(2048, {"kid": "other"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
Change = Callable[[dict[str, Any]], Any]


def same(_found: dict[str, Any]) -> None:
    """Change nothing."""


@dataclass
class Provider:
    """Each field is a way to misbehave."""

    description: Change = same
    claims: Change = same
    header: Change = same
    answer: Change = same
    userinfo: Change = same
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    keys: list[Any] = field(default_factory=lambda: [RSA, EC])
    key: Any = field(default_factory=lambda: RSA)
    algorithm: str = "PS256"
    issuer: str = ISSUER
    checks_pkce: bool = True
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    subject: str = "person-1"

    # What the browser does: from the log-in page back to us.

    def log_in(self, departure: Departure, **changes: str) -> dict[str, str]:
        """The person logs in; what the browser brings back."""
        question = dict(parse_qsl(urlsplit(departure.url).query))
        code = secrets.token_urlsafe(16)
        self.codes[code] = question
        return {"state": question["state"], "code": code, "iss": self.issuer, **changes}

    # What the provider answers.

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        path = request.url.path
        if path == "/.well-known/openid-configuration":
            return self._json(self._described())
        if path == "/jwks":
            return self._json({"keys": [self._public(key) for key in self.keys]})
        if path == "/token":
            return self._token(request)
        if path == "/userinfo":
            found: dict[str, Any] = {"sub": self.subject, "given_name": "Aus dem Profil"}
            self.userinfo(found)
            return self._json(found)
        return httpx.Response(404)

    def _described(self) -> dict[str, Any]:
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "authorization_response_iss_parameter_supported": True,
        }
        self.description(found)
        return found

    @staticmethod
    def _public(key: Any) -> Any:
        return key if isinstance(key, dict) else key.as_dict(private=False)

    @staticmethod
    def _json(found: dict[str, Any]) -> httpx.Response:
        return httpx.Response(200, json=found)

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        question = self.codes.pop(form["code"], None)
        if question is None or form["redirect_uri"] != question["redirect_uri"]:
            return httpx.Response(400, json={"error": "invalid_grant"})
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if self.checks_pkce and challenge != question.get("code_challenge"):
            return httpx.Response(400, json={"error": "invalid_grant"})
        self.last_form, self.last_headers = form, request.headers
        found = {"access_token": "token", "token_type": "Bearer", "id_token": self.token(question)}
        self.answer(found)
        return self._json(found)

    def token(self, question: dict[str, str]) -> str:
        """The signed id_token."""
        moment = int(now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": moment,
            "exp": moment + 300,
            "auth_time": moment,
            "nonce": question["nonce"],
            "acr": HIGH,
            "amr": ["pwd"],
            "given_name": "Tjarko",
            "family_name": "Gerdes",
            "email": "tjarko@example.org",
            "groups": ["rathaus-standesamt"],
        }
        self.claims(claims)
        header = {"alg": self.algorithm, "kid": self.key.kid}
        self.header(header)
        if self.sign:
            return self.sign(header, claims)
        return signed(header, claims, self.key)


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """A token with a signature by `key`."""
    payload = json.dumps(claims).encode()
    return jws.serialize_compact(header, payload, key, algorithms=[header["alg"]])


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """``alg: none``"""
    parts = [json.dumps({**header, "alg": "none"}), json.dumps(claims)]
    return ".".join(base64.urlsafe_b64encode(p.encode()).rstrip(b"=").decode() for p in parts) + "."


def by_public_key(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """RS → HS confusion: the public key, which everybody knows, as shared secret."""
    parts = [json.dumps({**header, "alg": "HS256"}), json.dumps(claims)]
    text = ".".join(base64.urlsafe_b64encode(p.encode()).rstrip(b"=").decode() for p in parts)
    mac = hmac.new(RSA.as_pem(private=False), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def shared_secret() -> dict[str, Any]:
    """A shared secret smuggled into the key set."""
    return dict(OctKey.import_key("x" * 32, {"kid": "rsa"}).as_dict(private=True))


def source_of(provider: Provider, folder: Path, **changes: Any) -> OidcSource:
    """Our side, as configured for `provider`."""
    (folder / "secret").write_text(SECRET, encoding="utf-8")
    values = {
        "key": "land",
        "kind": "oidc",
        "label": "Konto des Landes",
        "issuer": provider.issuer,
        "client_id": CLIENT,
        "client_secret_file": "secret",
        "levels": {"substantial": [SUBSTANTIAL], "high": [HIGH]},
        **changes,
    }
    entry = OidcEntry.model_validate(values)
    return OidcSource(entry, folder=folder, transport=httpx.MockTransport(provider))


def leave(source: OidcSource, level: TrustLevel = TrustLevel.SUBSTANTIAL) -> Departure:
    """Somebody sets out."""
    return source.begin(level=level, return_url=RETURN, language="de", link=False)


def come_back(
    source: OidcSource,
    departure: Departure,
    parameters: dict[str, str],
    level: TrustLevel = TrustLevel.SUBSTANTIAL,
) -> Verified:
    """What the flow does with an answer."""
    return source.finish(Returned(parameters, departure.request_id, level, departure.kept))
