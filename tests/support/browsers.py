"""The browser that the tests drive."""

from __future__ import annotations

import shutil

import pytest

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The same engine each time. The first has no window to draw: half the work for each page."""


def chromium() -> str:
    """Path of the program; the test fails with advice if there is none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail("Chromium is missing. On Debian: apt-get install chromium-headless-shell")
    return path
