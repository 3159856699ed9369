"""How we prove to the provider that it is us."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote_plus

import httpx
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from joserfc.jwk import RSAKey

from rathaus.accounts.sources import keys
from rathaus.accounts.sources.base import LoginRefused
from rathaus.accounts.sources.oidc.entry import OidcEntry

KEY = "oidc-client"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
VALID_FOR = 60


def authentication(
    entry: OidcEntry, folder: Path, token_endpoint: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Headers and form fields of a request for a token. Raises: LoginRefused."""
    if entry.client_auth == "private_key_jwt":
        return {}, {
            "client_id": entry.client_id,
            "client_assertion_type": ASSERTION,
            "client_assertion": _assertion(entry, token_endpoint),
        }
    secret = read_secret(entry, folder)
    if secret is None:
        raise LoginRefused("no-client-secret")
    if entry.client_auth == "client_secret_post":
        return {}, {"client_id": entry.client_id, "client_secret": secret}
    # RFC 6749 2.3.1: both parts form-encoded before they are put together.
    basic = httpx.BasicAuth(quote_plus(entry.client_id), quote_plus(secret))
    return {"Authorization": basic._auth_header}, {}


def read_secret(entry: OidcEntry, folder: Path) -> str | None:
    """The secret from its file, or None where the file cannot be read or is empty."""
    try:
        text = (folder / entry.client_secret_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return text or None


def public_keys(source_key: str) -> bytes:
    """Our public key as the provider wants it (JWK set), for private_key_jwt."""
    public = _key(source_key).as_dict(private=False, use="sig", alg="PS256")
    return json.dumps({"keys": [public]}, indent=2).encode()


def _assertion(entry: OidcEntry, token_endpoint: str) -> str:
    key = _key(entry.key)
    signed = private_key_jwt_sign(
        key,
        client_id=entry.client_id,
        token_endpoint=token_endpoint,
        alg="PS256",
        header={"kid": key.kid},
        expires_in=VALID_FOR,
    )
    return signed if isinstance(signed, str) else str(signed, "ascii")


def _key(source_key: str) -> RSAKey:
    key = RSAKey.import_key(keys.ensure(source_key, KEY).key_pem)
    key.ensure_kid()
    return key
