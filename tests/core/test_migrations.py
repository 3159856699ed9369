"""Migrations go forward on an empty database, back again with data in it, and forward once more.

The first way forward is the one on which `tests.support.prepared` makes its database.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from tests.support import prepared
from tests.support.database import database_url

# Thousands of classes are made for each migration: looking for garbage less often saves a third.
# Each of their relations asks which setting names its model, which depends on settings alone.
ONCE = """
import gc
from functools import cache
import django; django.setup()
gc.freeze(); gc.set_threshold(100_000, 20, 20)
from django.apps import apps
apps.get_swappable_settings_name = cache(apps.get_swappable_settings_name)
from django.core.management import call_command
from rathaus.core.models import Event
from rathaus.organisation import loading
from rathaus.organisation.models import Town
from rathaus.records import actions
call_command("migrate", verbosity=0)
loading.load_town()
actions.load_filing_plan()
print(Town.objects.count(), Event.objects.count() > 0)
"""
BACK = (
    ONCE
    + """
call_command("migrate", "core", "zero", verbosity=0)  # takes every room back that builds on it
from django.db import connection
print([t for t in connection.introspection.table_names() if t.startswith(("core_", "records_"))])
"""
)


@pytest.fixture
def migrated(db: None, tmp_path: Path) -> Iterator[str]:
    """Address of a database on which all migrations have run and nothing else."""
    if connection.vendor == "sqlite":
        prepared.copy_sqlite(tmp_path / "migrated.sqlite3")
        yield f"sqlite://{tmp_path / 'migrated.sqlite3'}"
        return
    name = f"rathaus_migrations_{os.getpid()}"
    old = connection.settings_dict["NAME"]
    prepared.copy_postgresql(database_url(), name)
    yield database_url().replace(f"/{old}", f"/{name}")
    own = connection.copy()
    own.ensure_connection()
    with own.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    own.close()


def run(script: str, url: str, data: Path) -> str:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "rathaus.settings",
        "DATABASE_URL": url,
        "RATHAUS_DATA": str(data),
        "RATHAUS_SIMULATION": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip()


def test_forward_back_forward(migrated: str, tmp_path: Path) -> None:
    assert run(BACK, migrated, tmp_path) == "1 True\n[]"
    assert run(ONCE, migrated, tmp_path) == "1 True"
