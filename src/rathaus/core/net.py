"""Outgoing connections: only to hosts that are allowed by name, never following redirects."""

from __future__ import annotations

from collections.abc import Sequence

import httpx


class HostNotAllowed(httpx.RequestError):
    """An address outside the allow-list was about to be called."""


def client(
    *,
    allowed: Sequence[str],
    timeout: float = 15.0,
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """A client that refuses every host not named in `allowed` (``host`` or ``host:port``)."""
    names = {name.lower() for name in allowed}

    def check(request: httpx.Request) -> None:
        host = request.url.host.lower()
        if host not in names and f"{host}:{request.url.port}" not in names:
            raise HostNotAllowed(f"{host} is not allowed", request=request)

    return httpx.Client(
        timeout=timeout,
        follow_redirects=False,
        trust_env=False,
        transport=transport,
        event_hooks={"request": [check]},
    )
