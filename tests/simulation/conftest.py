"""The simulated account systems, with this test's own service provider in place of the town."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support import saml_sp

from rathaus.accounts.sources import keys, simulated
from rathaus.simulation.bundid import sp

_pairs: dict[tuple[str, str], keys.KeyPair] = {}


@pytest.fixture
def town_houses(settings: Any, monkeypatch: Any, db: None) -> None:
    """The town itself is registered at all houses. Making keys takes a second each."""
    settings.BASE_URL = "http://testserver"
    make = keys.ensure

    def once(source_key: str, name: str) -> keys.KeyPair:
        if (source_key, name) not in _pairs:
            _pairs[source_key, name] = make(source_key, name)
        return _pairs[source_key, name]

    monkeypatch.setattr(keys, "BITS", 2048)
    monkeypatch.setattr(keys, "ensure", once)


@pytest.fixture
def houses(town_houses: None, monkeypatch: Any) -> None:
    """Registered at all houses is the service provider of `tests.support.saml_sp`."""
    monkeypatch.setattr(sp, "metadata_of", lambda house: saml_sp.metadata())


@pytest.fixture
def certificate(houses: None) -> Any:
    """The certificate of a house, as PEM."""
    return lambda key: simulated.signing_key(key).certificate_pem
