"""What many tests need and what takes long to make, made once and copied from then on.

A migrated database for each engine, and a folder with the demo town. They are kept in
``var/prepared``; the name says what they were made from, so that a change of a migration or a
model makes a new one. ``python -m tests.support.prepared`` makes them before the tests begin.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "rathaus"
FOLDER = ROOT / "var" / "prepared"
KEPT = 3
"""How many older copies stay: for somebody who goes back and forth between two branches."""


@cache
def key() -> str:
    """What a migrated database depends on, as a short name: migrations, models, versions."""
    digest = hashlib.sha256(f"{sys.version} {django.__version__}".encode())
    for path in sorted(SOURCE.rglob("*.py")):
        inside = path.relative_to(SOURCE)
        if {"migrations", "models"} & set(inside.parts) or inside.stem in SHAPING:
            digest.update(f"\n{inside}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


SHAPING = {"models", "triggers", "guards", "fulltext", "numbering", "apps", "states"}
"""Modules that migrations take their statements from, by their names."""


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Only one process at a time prepares `name`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sqlite() -> Path:
    """A migrated, empty SQLite file. Copy it, never open it."""
    ready = FOLDER / f"empty-{key()}.sqlite3"
    with _alone("sqlite"):
        if not ready.exists():
            unfinished = FOLDER / "unfinished.sqlite3"
            unfinished.unlink(missing_ok=True)
            _migrate(f"sqlite://{unfinished}")
            with closing(sqlite3.connect(unfinished)) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # all of it in the one file
            unfinished.rename(ready)
            _forget_old("empty-*.sqlite3")
    return ready


def copy_sqlite(target: Path) -> None:
    """A migrated, empty database at `target`, for this process's account only."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(sqlite(), target)
    target.chmod(0o600)


def town(*, anew: bool = False) -> Path:
    """Folder of a demo town of today, loaded as an operator would. Copy it, never start it.

    `anew` makes it even if it is there: each full run shows that it comes up from nothing.
    """
    ready = FOLDER / f"town-{_everything()}"
    with _alone("town"):
        if anew or not ready.exists():
            unfinished = FOLDER / "unfinished-town"
            shutil.rmtree(unfinished, ignore_errors=True)
            _run(["-m", "rathaus.cli", "demo", "load"], unfinished)
            shutil.rmtree(ready, ignore_errors=True)
            unfinished.rename(ready)
            _forget_old("town-*")
    return ready


@cache
def _everything() -> str:
    """What the demo town depends on: all of the program, and the day."""
    digest = hashlib.sha256(f"{date.today()} {sys.version} {django.__version__}".encode())
    for path in sorted(SOURCE.rglob("*")):
        inside = path.relative_to(SOURCE)
        if path.is_file() and not {"__pycache__", "static", "fonts"} & set(inside.parts):
            digest.update(f"\n{inside}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def tell(name: str, found: Any) -> None:
    """Keep what one database made of this program, for the run on the other one."""
    ready = FOLDER / f"{name}-{_everything()}.json"
    FOLDER.mkdir(parents=True, exist_ok=True)
    unfinished = ready.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps(found))
    unfinished.rename(ready)
    _forget_old(f"{name}-*.json")


def told(name: str) -> Any:
    """What was kept under `name` today for just this program; None if nothing was."""
    ready = FOLDER / f"{name}-{_everything()}.json"
    return json.loads(ready.read_text()) if ready.exists() else None


def postgresql(url: str) -> str:
    """Name of a migrated, empty database on the server of `url`, to be used as template."""
    name = f"rathaus_prepared_{key()}"
    with _alone("postgresql"), psycopg.connect(url, autocommit=True) as server:
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is None:
            server.execute("DROP DATABASE IF EXISTS rathaus_unfinished WITH (FORCE)")
            server.execute("CREATE DATABASE rathaus_unfinished")
            _migrate(_other(url, "rathaus_unfinished"))
            server.execute(f"ALTER DATABASE rathaus_unfinished RENAME TO {name}")
    return name


def copy_postgresql(url: str, target: str) -> None:
    """A migrated, empty database named `target` on the server of `url`."""
    template = postgresql(url)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {target} TEMPLATE {template}")


def _other(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _migrate(url: str) -> None:
    """All migrations, in a process of its own: what they leave in memory is a lot."""
    scratch = FOLDER / "scratch"
    _run(["-m", "django", "migrate", "--verbosity", "0"], scratch, DATABASE_URL=url)
    shutil.rmtree(scratch, ignore_errors=True)


def _run(arguments: list[str], data: Path, **more: str) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("RATHAUS_")},
        "DJANGO_SETTINGS_MODULE": "rathaus.settings",
        "DATABASE_URL": "",
        "RATHAUS_DATA": str(data),
        "RATHAUS_SIMULATION": "1",
        **more,
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr[-4000:]}")


def _forget_old(pattern: str) -> None:
    old = sorted(FOLDER.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in old[KEPT:]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    sqlite()
    town(anew=True)
