"""Restoring onto an empty machine, and trying that out beside the running town.

Files come first and the database last: until it is there the town is empty, so a restore that
was interrupted is simply begun again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from rathaus.backup import create, database, unpacking
from rathaus.backup.errors import FORBIDDEN, FULL, BackupFailed, NotEmpty, TooNew
from rathaus.backup.keys import Secret
from rathaus.backup.place import Place
from rathaus.backup.trial import NO_TRIAL
from rathaus.core import backups, keymark

MARK = ".restoring"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Restored:
    """What came back, and what is left to do."""

    snapshot: str
    files: int
    missing: int
    town_key: str
    """"backup" (came with it), "here" (the right one is here already) or "wanted"."""
    outdated: bool
    """The software is newer than the backup: the database has to be brought up to date."""


@dataclass(frozen=True)
class Trial:
    """Result of a restore for trial."""

    snapshot: str
    ok: bool
    report: dict[str, Any]
    problem: str = ""


@contextmanager
def opened(target: Path, secret: Secret) -> Iterator[Place]:
    """A backup folder, or a file unpacked into a scratch folder. Raises: BackupFailed, OSError."""
    if target.is_dir():
        place = Place(target, secret)
        place.check_format()
        yield place
        return
    if not target.exists():
        raise BackupFailed(f"{target} gibt es nicht.")
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".backup-") as scratch:
        try:
            with tarfile.open(target, "r:") as archive:
                unpacking.unpack(archive, Path(scratch))
        except (tarfile.TarError, OSError, EOFError) as error:
            if isinstance(error, OSError) and error.errno in FULL | FORBIDDEN:
                raise  # the file is not to blame
            raise BackupFailed(f"{target} ist kein Backup oder ist abgeschnitten.") from error
        place = Place(Path(scratch), secret)
        place.check_format()
        yield place


def choose(place: Place, snapshot: str = "") -> str:
    """The snapshot asked for, or the newest. Raises: BackupFailed."""
    found = place.snapshots()
    if not found:
        raise BackupFailed(f"In {place.folder} ist kein vollständiges Backup.")
    if snapshot and snapshot not in found:
        raise BackupFailed(f"{snapshot} gibt es nicht. Vorhanden: {', '.join(found)}")
    return snapshot or found[-1]


def restore(place: Place, snapshot: str, *, progress: Progress | None = None) -> Restored:
    """Into the empty data folder and database of the settings. Raises: BackupFailed, OSError."""
    manifest = place.manifest(snapshot)
    newer = _check(manifest)
    data = Path(settings.DATA_DIR)
    _refuse_if_there_is_a_town(data, snapshot)
    (data / MARK).write_text(snapshot, encoding="ascii")
    present = [row for row in manifest["files"] if row[0] not in set(manifest["missing"])]
    for number, (name, _size) in enumerate(present, 1):
        _file(place, data / "records" / name, name)
        if progress and (number % 50 == 0 or number == len(present)):
            progress(number, len(present))
    folder = place.folder / "snapshots" / snapshot
    _beside(place, folder, snapshot, data)
    key = _keys(manifest, data)
    pieces = place.reading(folder / "database", f"snapshot:{snapshot}:database")
    database.restore(pieces)
    (data / MARK).unlink()
    return Restored(snapshot, len(present), len(manifest["missing"]), key, newer)


def try_out(place: Place, snapshot: str, target: Path) -> Trial:
    """Restore into a scratch place, verify the whole record there, forget it.

    The town's key comes from the backup if it holds it, else from this machine.
    Raises: BackupFailed, OSError where this machine has no place for the trial.
    """
    manifest = place.manifest(snapshot)
    database.refuse_another_kind(manifest["engine"])
    if "keys" not in manifest and manifest["town_key"] != keymark.mark():
        raise BackupFailed("Das Backup gehört zu einem anderen Stadtschlüssel als dem hier.")
    with (
        tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".trial-") as scratch,
        database.scratch_database(Path(scratch)) as address,
    ):
        folder = Path(scratch)
        (folder / "seal.txt").write_text(manifest["seal"], encoding="utf-8")
        trial = _in_process(place, snapshot, manifest, folder, address)
    backups.verified(target, snapshot, ok=trial.ok)
    return trial


def _in_process(
    place: Place, snapshot: str, manifest: dict[str, Any], folder: Path, address: str
) -> Trial:
    """Another process, for which the scratch place is the town."""
    keys = manifest.get("keys", {})
    environment = {
        **os.environ,
        "RATHAUS_DATA": str(folder),
        "DATABASE_URL": address,
        "RATHAUS_TOWN_KEY": keys.get("town_key", settings.TOWN_KEY),
        "RATHAUS_SECRET_KEY": keys.get("secret_key", settings.SECRET_KEY),
        "RATHAUS_SIMULATION": "1" if settings.SIMULATION else "0",
        "DJANGO_SETTINGS_MODULE": "rathaus.settings",
    }
    environment.pop("RATHAUS_TOWN_KEY_FILE", None)
    environment.pop("RATHAUS_SECRET_KEY_FILE", None)
    work = subprocess.Popen(
        [sys.executable, "-m", "rathaus.backup.trial", "seal.txt" if manifest["seal"] else ""],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment,
    )
    present = [row for row in manifest["files"] if row[0] not in set(manifest["missing"])]
    try:
        for name, _size in present:
            _file(place, folder / "records" / name, name)
        source = place.folder / "snapshots" / snapshot / "database"
        dump = folder / "database.dump"
        with dump.open("wb") as out:
            for piece in place.reading(source, f"snapshot:{snapshot}:database"):
                out.write(piece)
    except BaseException:
        work.kill()
        work.communicate()
        raise
    found, errors = work.communicate(b"go\n")
    problem = errors.decode(errors="replace")[-800:]
    if work.returncode == NO_TRIAL:
        raise BackupFailed(problem.strip())
    try:
        report = json.loads(found)
    except ValueError:
        return Trial(snapshot, False, {}, problem)
    return Trial(snapshot, work.returncode == 0, report)


def _check(manifest: dict[str, Any]) -> bool:
    """Whether the software is newer than the backup.

    Raises: TooNew, BackupFailed for one with another kind of database.
    """
    database.refuse_another_kind(manifest["engine"])
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    made = {(app, name) for app, name in manifest["migrations"]}
    ours = {app for app, _ in known}
    unknown = sorted(f"{app}.{name}" for app, name in made - known if app in ours)
    if unknown:
        raise TooNew(
            f"Das Backup stammt von einer neueren Fassung der Software ({manifest['software']}; "
            f"unbekannt: {', '.join(unknown[:3])}). Installieren Sie diese Fassung."
        )
    return bool(known - made)


def _refuse_if_there_is_a_town(data: Path, snapshot: str) -> None:
    if not database.is_empty():
        raise NotEmpty(
            f"In der Datenbank ({connection.settings_dict['NAME']}) ist schon eine Stadt. "
            "Wiederhergestellt wird nur auf einer leeren Maschine."
        )
    connection.close()
    mark = data / MARK
    begun = mark.read_text(encoding="ascii").strip() if mark.exists() else ""
    records = data / "records"
    if records.exists() and any(records.iterdir()) and not begun:
        raise NotEmpty(f"{records} ist nicht leer. Wiederhergestellt wird nur in einen leeren.")
    if begun and begun != snapshot:
        raise NotEmpty(
            f"Hier wurde die Wiederherstellung von {begun} begonnen. Setzen Sie diese fort "
            f"(--snapshot {begun}) oder leeren Sie {data}."
        )


def _file(place: Place, path: Path, name: str) -> None:
    """A stored file, whole or not at all. One that is there from a begun restore stays."""
    if ".." in Path(name).parts or Path(name).is_absolute():
        raise BackupFailed(f"Das Backup nennt eine Datei außerhalb der Ablage: {name}")
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = path.with_name(f".{path.name}")
    with scratch.open("wb") as file:
        for piece in place.get(name):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(scratch, 0o400)
    scratch.replace(path)


def _beside(place: Place, folder: Path, snapshot: str, data: Path) -> None:
    pieces = place.reading(folder / "beside", f"snapshot:{snapshot}:beside")
    with create.stream(pieces) as file, tarfile.open(fileobj=file, mode="r:") as archive:
        unpacking.unpack(archive, data)


def _keys(manifest: dict[str, Any], data: Path) -> str:
    """Put keys in place that came with the backup; the fresh ones here protect nothing yet."""
    if "keys" not in manifest:
        return "here" if manifest["town_key"] == keymark.mark() else "wanted"
    for name, value in manifest["keys"].items():
        path = data / "keys" / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        scratch = path.with_name(f".{name}")
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(value)
        scratch.replace(path)
    return "backup"
