"""PayPal is the stand-in, reached inside the process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.payments import make_claim

from rathaus.payments.models import Claim
from rathaus.payments.providers.paypal import client, webhook


@pytest.fixture(autouse=True)
def _paypal(settings: Any) -> Iterator[None]:
    settings.SIMULATION = True
    settings.BASE_URL = "http://localhost:8000"
    settings.RATHAUS_PAYPAL = {
        "base_url": "http://localhost:8000/simulation/paypal",
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
def claim(db: None) -> Claim:
    """26,00 €, open."""
    return make_claim()
