"""Shared fixtures: both databases, a data directory of its own, real transactions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests.support import prepared
from tests.support.database import database_url
from tests.support.emptying import empty_tables

# A slow machine is no failure: nothing here asserts how long something takes.
hypothesis_settings.register_profile("rathaus", deadline=None)
hypothesis_settings.load_profile("rathaus")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The test's database is a copy of a migrated one, and is gone afterwards."""
    values = connection.settings_dict
    before, name = values["NAME"], values["TEST"]["NAME"]
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            prepared.copy_sqlite(Path(name))
        else:
            prepared.copy_postgresql(database_url(), name)
        connection.close()
        values["NAME"] = name
        connection.ensure_connection()
    yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(before, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def _emptying() -> Iterator[None]:
    """Tests with real commits leave an empty database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty_tables())
        yield


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


LONG = (
    "e2e/test_accessibility", "security/test_input", "core/test_migrations", "simulation/test_demo",
    "backup/", "desk/test_access", "desk/work/test_pages", "theme/test_browser",
)  # fmt: skip
"""Files that take long begin first, so that no worker is left alone with one at the end."""


ASKING = {"db", "transactional_db", "django_db_setup"}
"""What a test asks for that may use the database: all other such fixtures build on these."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        path = str(item.path)
        return next((n for n, name in enumerate(LONG) if name in path), len(LONG))

    items.sort(key=place)
    for item in items:
        # pytest-django refuses them any database, so a second one would say nothing more.
        fixtures = ASKING.intersection(getattr(item, "fixturenames", ()))
        if not fixtures and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.one_database)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is installed, leaving a test out is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
