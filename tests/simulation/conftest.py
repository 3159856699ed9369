"""The simulated account systems, with this test's own service provider in place of the town."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support import saml_sp

from rathaus.accounts.sources import keys, simulated
from rathaus.simulation.bundid import sp

_pairs: dict[str, keys.KeyPair] = {}


@pytest.fixture
def houses(settings: Any, monkeypatch: Any, db: None) -> None:
    """Registered at all houses is `tests.support.saml_sp`; making keys takes a second each."""
    settings.BASE_URL = "http://testserver"
    make = keys.ensure

    def once(source_key: str, name: str) -> keys.KeyPair:
        if source_key not in _pairs:
            _pairs[source_key] = make(source_key, name)
        return _pairs[source_key]

    monkeypatch.setattr(keys, "BITS", 2048)
    monkeypatch.setattr(keys, "ensure", once)
    monkeypatch.setattr(sp, "metadata_of", lambda house: saml_sp.metadata())


@pytest.fixture
def certificate(houses: None) -> Any:
    """The certificate of a house, as PEM."""
    return lambda key: simulated.signing_key(key).certificate_pem
