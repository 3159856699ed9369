"""A town with two offices and a filing plan, and nothing in the staging area."""

from __future__ import annotations

from typing import Any

import pytest

from tests.records.conftest import case, offices, plan  # noqa: F401


@pytest.fixture(autouse=True)
def _no_scanner(settings: Any) -> None:
    settings.RATHAUS_CLAMD = ""
    settings.RATHAUS_CLAMD_REQUIRED = False
    settings.RATHAUS_SIGNATURE_ROOTS = ""
