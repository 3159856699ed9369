"""Snapshots of the database, with the names of the files they refer to."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.db import connection

from rathaus.backup.errors import BackupFailed, of_database
from rathaus.settings.database import of_libpq, said

if TYPE_CHECKING:
    import psycopg

FILES = "SELECT name, size FROM core_blob WHERE name <> '' ORDER BY name"
PIECE = 1024 * 1024


class Files(list[tuple[str, int]]):
    """Names of stored files, with the sizes of their contents."""


def files_now() -> Files:
    """The files the database names at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(FILES)
        return Files(cursor.fetchall())


@contextmanager
def snapshot(scratch: Path) -> Iterator[tuple[IO[bytes], Files]]:
    """The database as it is at one moment, and the files it names at that moment.

    Raises: BackupFailed.
    """
    if connection.vendor == "sqlite":
        with _sqlite(scratch) as found:
            yield found
    else:
        with _postgresql() as found:
            yield found


@contextmanager
def _sqlite(scratch: Path) -> Iterator[tuple[IO[bytes], Files]]:
    """SQLite's own online copy, in one step: readers and writers go on meanwhile (WAL)."""
    handle, name = tempfile.mkstemp(prefix=".backup-", suffix=".sqlite3", dir=scratch)
    os.close(handle)
    path = Path(name)
    try:
        uri = Path(connection.settings_dict["NAME"]).resolve().as_uri()
        source = sqlite3.connect(f"{uri}?mode=ro", uri=True)
        with closing(source), closing(sqlite3.connect(path)) as target:
            source.backup(target)
            # A lone file: whoever opens it must not look for a log beside it.
            target.execute("PRAGMA journal_mode=DELETE")
            files = Files(target.execute(FILES).fetchall())
        with path.open("rb") as file:
            yield file, files
    except sqlite3.Error as error:
        raise BackupFailed(f"Die Datenbank lässt sich nicht kopieren: {error}") from error
    finally:
        for left in scratch.glob(f"{path.name}*"):
            left.unlink()


@contextmanager
def _postgresql() -> Iterator[tuple[IO[bytes], Files]]:
    """pg_dump sees the very snapshot in which the names of the files are read."""
    settings = connection.settings_dict
    with _connected(settings) as own:
        own.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = own.execute("SELECT pg_export_snapshot()").fetchone()
        files = Files(own.execute(FILES).fetchall())
        command = [_tool("pg_dump"), "-Fc", "--no-owner", "--no-privileges"]
        with tempfile.TemporaryFile() as errors:
            dump = subprocess.Popen(
                [*command, f"--snapshot={row[0] if row else ''}"],
                stdout=subprocess.PIPE,
                stderr=errors,
                env=_environment(settings),
            )
            if dump.stdout is None:
                raise BackupFailed("pg_dump antwortet nicht.")
            try:
                yield dump.stdout, files
                if dump.wait() != 0:
                    errors.seek(0)
                    text = errors.read(500).decode(errors="replace")
                    raise BackupFailed(f"pg_dump ist gescheitert: {text}")
            finally:
                if dump.poll() is None:
                    dump.kill()
                    dump.wait()
                dump.stdout.close()


def is_empty() -> bool:
    """Whether the database of the settings has no table yet."""
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        if not path.exists() or not path.stat().st_size:
            return True
    return not connection.introspection.table_names()


def refuse_another_kind(engine: str) -> None:
    """Raises: BackupFailed where a dump of `engine` does not fit the database of the settings."""
    if engine != connection.vendor:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise BackupFailed(
            f"Das Backup enthält eine Datenbank von {names.get(engine, engine)}, DATABASE_URL "
            f"führt zu {names.get(connection.vendor, connection.vendor)}. Beides muss gleich sein."
        )


def restore(pieces: Iterable[bytes]) -> None:
    """Put a dump of the same kind into the empty database of the settings, whole or not at all.

    Raises: BackupFailed.
    """
    connection.close()
    if connection.vendor == "sqlite":
        _into_sqlite(pieces, Path(connection.settings_dict["NAME"]))
    else:
        _into_postgresql(pieces, connection.settings_dict)


def _into_sqlite(pieces: Iterable[bytes], path: Path) -> None:
    scratch = path.with_name(f".{path.name}.restoring")
    try:
        with scratch.open("wb") as file:
            os.chmod(scratch, 0o600)
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        with closing(sqlite3.connect(scratch)) as check:
            if check.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise BackupFailed("Die Datenbank im Backup ist beschädigt.")
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        scratch.replace(path)
    except sqlite3.DatabaseError as error:
        raise BackupFailed(f"Die Datenbank im Backup ist beschädigt: {error}") from error
    finally:
        for left in path.parent.glob(f"{scratch.name}*"):
            left.unlink()


def _into_postgresql(pieces: Iterable[bytes], settings: dict[str, Any]) -> None:
    command = [_tool("pg_restore"), "--single-transaction", "--exit-on-error", "--no-owner"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [*command, "--no-privileges", f"--dbname={settings['NAME']}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=_environment(settings),
        )
        try:
            if process.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    for piece in pieces:
                        process.stdin.write(piece)
                    process.stdin.close()
        except BaseException:
            process.kill()  # nothing is committed: the transaction is not complete
            process.wait()
            raise
        if process.wait() != 0:
            errors.seek(0)
            text = errors.read(500).decode(errors="replace")
            raise BackupFailed(f"pg_restore ist gescheitert: {text}")


@contextmanager
def scratch_database(folder: Path) -> Iterator[str]:
    """Address of an empty database of the same kind, gone at the end. Raises: BackupFailed."""
    if connection.vendor == "sqlite":
        yield f"sqlite://{folder / 'rathaus.sqlite3'}"
        return
    import psycopg

    settings = connection.settings_dict
    name = f"rathaus_check_{os.getpid()}"
    try:
        with _connected(settings, autocommit=True) as own:
            own.execute(f'CREATE DATABASE "{name}"')
    except psycopg.Error as error:
        raise BackupFailed(
            f"Für die Probe wird eine leere Datenbank gebraucht; sie darf nicht angelegt "
            f"werden ({error}). Geben Sie dem Benutzer CREATEDB."
        ) from error
    try:
        yield _address({**settings, "NAME": name})
    finally:
        with _connected(settings, autocommit=True) as own:
            own.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _connected(settings: dict[str, Any], **more: Any) -> Iterator[psycopg.Connection]:
    """A connection of our own to PostgreSQL. Raises: BackupFailed where it is not to be had."""
    import psycopg

    try:
        with psycopg.connect(**_parameters(settings), **more) as own:
            yield own
    except psycopg.OperationalError as error:
        raise BackupFailed(of_database(error)) from error


def _address(settings: dict[str, Any]) -> str:
    from urllib.parse import quote, urlencode

    user = quote(str(settings["USER"]), safe="")
    password = f":{quote(str(settings['PASSWORD']), safe='')}" if settings["PASSWORD"] else ""
    host = quote(str(settings["HOST"]), safe="")
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    options = said(settings.get("OPTIONS") or {})
    query = f"?{urlencode(options)}" if options else ""
    return f"postgresql://{user}{password}@{host}{port}/{quote(str(settings['NAME']))}{query}"


def _parameters(settings: dict[str, Any]) -> dict[str, Any]:
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST"}
    found = {key: settings[name] for key, name in (*names.items(), ("port", "PORT"))}
    options = of_libpq(settings.get("OPTIONS") or {})
    return {key: value for key, value in {**found, **options}.items() if value}


def _environment(settings: dict[str, Any]) -> dict[str, str]:
    """For pg_dump and pg_restore: by the environment, so that no password shows in `ps`."""
    given = _parameters(settings)
    names = {
        "dbname": "PGDATABASE",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "host": "PGHOST",
        "port": "PGPORT",
        "sslmode": "PGSSLMODE",
        "sslrootcert": "PGSSLROOTCERT",
        "options": "PGOPTIONS",
    }
    found = {names[key]: str(value) for key, value in given.items() if key in names}
    return {**os.environ, **found}


def _tool(name: str) -> str:
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
    path = str(newest[-1]) if newest else shutil.which(name)
    if not path:
        raise BackupFailed(f"{name} fehlt. Unter Debian: apt-get install postgresql-client")
    return path


def _version(path: Path) -> int:
    return int(path.parts[-3]) if path.parts[-3].isdecimal() else 0
