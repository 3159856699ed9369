"""Shared fixtures: both databases, a data directory of its own, real transactions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from tests.support.tamper import without_guards

# A slow machine is no failure: nothing here asserts how long something takes.
hypothesis_settings.register_profile("rathaus", deadline=None)
hypothesis_settings.load_profile("rathaus")


def _flush_without_triggers(original: Any) -> Any:
    """Tests with real commits empty the tables afterwards; the guards must not forbid that."""

    def flush(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        with without_guards():
            original(self, sql_list)

    return flush


@pytest.fixture(scope="session", autouse=True)
def _flush() -> Iterator[None]:
    operations = type(connection.ops)
    original = operations.execute_sql_flush
    operations.execute_sql_flush = _flush_without_triggers(original)
    yield
    operations.execute_sql_flush = original


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """Each test begins in German: a request in English leaves its language behind."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _data_dir(settings: Any, tmp_path: Any) -> None:
    """Each test stores its files in a folder of its own."""
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "records": {
            "BACKEND": "rathaus.core.storage.DurableFileSystemStorage",
            "OPTIONS": {"location": tmp_path / "records", "base_url": None},
        },
    }


LONG = ("core/test_migrations", "simulation/test_demo", "backup/", "security/test_input")
"""Files that take long begin first, so that no worker is left alone with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not any(name in str(item.path) for name in LONG))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is installed, leaving a test out is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
