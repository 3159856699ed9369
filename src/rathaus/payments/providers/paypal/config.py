"""PayPal settings of the town, read from ``settings.RATHAUS_PAYPAL``."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.module_loading import import_string

LIVE_HOSTS = frozenset({"api-m.paypal.com", "api-m.sandbox.paypal.com"})


@dataclass(frozen=True)
class PayPalConfig:
    """`base_url` outside PayPal's own hosts is accepted only for the built-in simulation."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    webhook_id: str = ""
    brand_name: str = ""
    locale: str = "de-DE"
    timeout_seconds: float = 10.0
    transport: str = ""
    """Dotted path of a function that makes an httpx transport; used in tests."""
    simulation: bool = False

    @property
    def host(self) -> str:
        """The only host the client talks to."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_complete(self) -> bool:
        """Whether payments can be offered."""
        if not (self.base_url and self.client_id and self.client_secret):
            return False
        return self.simulation or (self.base_url.startswith("https://") and self.host in LIVE_HOSTS)

    def make_transport(self) -> httpx.BaseTransport | None:
        """The transport for tests and for the simulation, or None for the ordinary one."""
        if not (self.transport and self.simulation):
            return None
        made = import_string(self.transport)()
        if not isinstance(made, httpx.BaseTransport):
            raise TypeError(f"{self.transport} makes no httpx transport")
        return made


def load() -> PayPalConfig:
    """The configuration in force now."""
    values = dict(getattr(settings, "RATHAUS_PAYPAL", {}))
    return PayPalConfig(
        base_url=str(values.get("base_url", "")).rstrip("/"),
        client_id=str(values.get("client_id", "")),
        client_secret=str(values.get("client_secret", "")),
        webhook_id=str(values.get("webhook_id", "")),
        brand_name=str(values.get("brand_name", "")),
        locale=str(values.get("locale", "de-DE")),
        timeout_seconds=float(values.get("timeout_seconds", 10.0)),
        transport=str(values.get("transport", "")),
        simulation=bool(getattr(settings, "SIMULATION", False)),
    )
