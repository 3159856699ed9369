"""A resident with a browser: Django's test client, cookies and hidden fields included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rathaus.payments.providers.paypal import client, webhook
from tests.portal.browser import Browser
from tests.support import town as demo


@pytest.fixture(autouse=True)
def _town(db: None) -> None:
    demo.load()


@pytest.fixture(autouse=True)
def _paypal(settings: Any) -> Iterator[None]:
    settings.SIMULATION = True
    settings.BASE_URL = "http://testserver"
    settings.RATHAUS_PAYPAL = {
        "base_url": "http://testserver/simulation/paypal",
        "client_id": "simulation",
        "client_secret": "simulation",
        "webhook_id": "WH-SIMULATION",
        "transport": "rathaus.simulation.paypal.transport.in_process",
    }
    client.forget_tokens()
    webhook.forget_certificates()
    yield
    client.forget_tokens()
    webhook.forget_certificates()


@pytest.fixture
def resident() -> Browser:
    return Browser()


@pytest.fixture
def stranger() -> Browser:
    """Somebody else's browser."""
    return Browser()
