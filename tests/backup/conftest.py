"""A town with committed documents, large and small, sealed; and an empty machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from rathaus.backup.keys import Secret
from rathaus.organisation.models import Office
from rathaus.records.evidence import actions
from rathaus.records.models import Case
from tests.records.conftest import file, offices, open_case, plan
from tests.support.database import database_url

__all__ = ["offices", "plan"]

SECRET = Secret(passphrase="Osterfeuer im Moor 2026")
BIG = b"Urkunde " * 3000


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cheapest scrypt that is accepted."""
    monkeypatch.setattr("rathaus.backup.keys.SCRYPT", {"n": 2**14, "r": 8, "p": 1})


@pytest.fixture
def town(transactional_db: None, offices: dict[str, Office], plan: int, settings: Any) -> Case:
    """A case with three large files and a small one, in one seal."""
    settings.RATHAUS_TSA = []
    found = open_case(offices["buergerbuero"])
    for number in range(3):
        file(found, BIG + str(number).encode(), title=f"Urkunde {number}")
    file(found, b"Brief", title="Brief")
    from rathaus.core.actors import Actor

    actions.seal_all(actor=Actor.system("test"))
    return found


@dataclass
class Machine:
    """Another machine: a data folder and an empty database."""

    data: Path
    url: str

    def run(self, *words: str, code: str = "", expect: int = 0, **more: str) -> str:
        """``rathaus …`` (or a piece of Python) over there."""
        command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "rathaus.cli"]
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("RATHAUS_")},
            "DJANGO_SETTINGS_MODULE": "rathaus.settings",
            "DATABASE_URL": self.url,
            "RATHAUS_DATA": str(self.data),
            "RATHAUS_SIMULATION": "1",
            **more,
        }
        done = subprocess.run(
            [*command, *words], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == expect, (done.returncode, done.stdout, done.stderr[-3000:])
        return done.stdout if "--json" in words else done.stdout + done.stderr


@pytest.fixture
def machine(transactional_db: None, tmp_path: Path) -> Iterator[Machine]:
    data = tmp_path / "other"
    if connection.vendor == "sqlite":
        yield Machine(data, f"sqlite://{data / 'rathaus.sqlite3'}")
        return
    name = f"rathaus_other_{os.getpid()}"
    old = connection.settings_dict["NAME"]
    own = connection.copy()
    own.ensure_connection()
    with own.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield Machine(data, database_url().replace(f"/{old}", f"/{name}"))
    with own.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    own.close()


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(SECRET.passphrase + "\n")
    return path


def keys() -> dict[str, str]:
    """The keys of the town, as the operator takes them from the safe."""
    return {"RATHAUS_TOWN_KEY": settings.TOWN_KEY}
