"""Talking to the provider: only to its own hosts, little, and not for long."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import httpx

from rathaus.accounts.sources.base import LoginRefused
from rathaus.accounts.sources.oidc.entry import OidcEntry
from rathaus.core import net

MAX_BYTES = 256_000
TIMEOUT = 8.0
"""Seconds without a byte."""
LONGEST = 15.0
"""Seconds for a whole answer: somebody waits for it."""


class Unreachable(LoginRefused):
    """The provider did not answer, or not in the way it has to."""


class Remote:
    """JSON from the provider. Redirects are not followed, other hosts not called."""

    def __init__(self, entry: OidcEntry, transport: httpx.BaseTransport | None = None) -> None:
        self.hosts = tuple(host.lower() for host in (entry.netloc, *entry.hosts))
        self.scheme = entry.issuer.partition(":")[0]
        self.transport = transport

    def allows(self, url: object) -> bool:
        """Whether `url` is an address of the provider (https, its hosts)."""
        if not isinstance(url, str) or not url.isprintable():
            return False
        try:
            parts = httpx.URL(url)
        except (httpx.InvalidURL, TypeError):
            return False
        named = parts.netloc.decode("ascii").lower() in self.hosts
        return named and parts.scheme == self.scheme and not parts.userinfo

    def get(self, url: str, *, token: str = "") -> dict[str, Any]:
        """Raises: Unreachable."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._ask("GET", url, headers=headers)

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        """Raises: Unreachable."""
        return self._ask("POST", url, headers=headers, data=data)

    def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        if not self.allows(url):
            raise Unreachable("foreign-address")
        more["headers"] = {
            **more["headers"],
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        started = time.monotonic()
        try:
            with (
                net.client(allowed=self.hosts, timeout=TIMEOUT, transport=self.transport) as client,
                client.stream(method, url, **more) as response,
            ):
                # Not asked for, and a small packed answer can become an endless one.
                if response.headers.get("Content-Encoding", "identity") != "identity":
                    raise Unreachable("packed")
                body = b""
                for part in response.iter_bytes(16_384):
                    body += part
                    if len(body) > MAX_BYTES:
                        raise Unreachable("answer-too-large")
                    if time.monotonic() - started > LONGEST:
                        raise Unreachable("answer-too-slow")
                status = response.status_code
        except (httpx.HTTPError, UnicodeError) as error:
            raise Unreachable("no-answer") from error
        return _json(status, body)


def _json(status: int, body: bytes) -> dict[str, Any]:
    if status != 200:
        raise Unreachable(f"status-{status}")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreachable("not-json") from error
    if not isinstance(found, dict):
        raise Unreachable("not-json")
    return found
