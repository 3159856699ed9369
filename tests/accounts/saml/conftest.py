"""A log-in at a SAML source, under way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accounts.saml import idp
from tests.accounts.saml.idp import Stage


@pytest.fixture
def stage(tmp_path: Path, db: None) -> Stage:
    """The account of a Land; level high was asked for."""
    return idp.begin(idp.make_source(tmp_path))
