"""Making a backup while the town works.

Order: copy the files named now; take a snapshot of the database; copy the files it names in
addition. A file is stored before the row that names it and never changed, so the snapshot
names nothing that is not in the backup. If a file was removed in between (a draft thrown
away, a disposal), the row went with it: then a new snapshot is taken.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import storages
from django.db.migrations.recorder import MigrationRecorder

from rathaus.backup import database
from rathaus.backup.errors import BackupFailed, of_disk
from rathaus.backup.keys import Secret
from rathaus.backup.place import STAMP, Place
from rathaus.core import backups, keymark, storage
from rathaus.core.clock import now
from rathaus.records.evidence import anchor, queries

TRIES = 3
BESIDE = ("identity.yaml", "identity", "exchange", "quarantine")
"""What else of the data folder belongs to the town, apart from keys and files."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Made:
    """A finished backup."""

    snapshot: str
    files: int
    copied: int
    missing: tuple[str, ...]
    """Files that the database names and that are not there: the record is damaged."""
    problem: str = ""
    """What went wrong after it was made."""


def into_folder(
    folder: Path, secret: Secret, *, with_keys: bool = False, progress: Progress | None = None
) -> Made:
    """A new snapshot in a backup folder, which is made in a folder that exists.

    Raises: BackupFailed.
    """
    try:
        _refuse_without_parent(folder)
        made = _snapshot_in(folder, secret, with_keys=with_keys, progress=progress)
    except OSError as error:
        raise BackupFailed(of_disk(error, folder)) from error
    return _noted(folder, made)


def into_file(
    path: Path, secret: Secret, *, with_keys: bool = False, progress: Progress | None = None
) -> Made:
    """One whole backup in one file, in a folder that exists. Raises: BackupFailed."""
    scratch = path.with_name(f".{path.name}.part")
    folder = path.with_name(f".{path.name}.d")
    try:
        _refuse_without_parent(path)
        shutil.rmtree(folder, ignore_errors=True)
        made = _snapshot_in(folder, secret, with_keys=with_keys, progress=progress)
        with tarfile.open(scratch, "w") as archive:
            archive.add(folder, arcname=".", filter=_plain)
        scratch.replace(path)
    except OSError as error:
        raise BackupFailed(of_disk(error, path)) from error
    finally:
        with contextlib.suppress(OSError):  # there is none, and never was
            scratch.unlink()
        shutil.rmtree(folder, ignore_errors=True)
    return _noted(path, made)


def _snapshot_in(
    folder: Path, secret: Secret, *, with_keys: bool, progress: Progress | None
) -> Made:
    place = Place(folder, secret)
    folder.mkdir(exist_ok=True, mode=0o700)
    place.prepare()
    with place.locked():
        return _Run(place, progress).run(with_keys=with_keys)


def _noted(target: Path, made: Made) -> Made:
    """Noted for `rathaus doctor`. The backup is whole where that is not possible."""
    try:
        backups.made(target, made.snapshot)
    except OSError as error:
        reason = of_disk(error, settings.DATA_DIR)
        return replace(made, problem=f"Das Backup ist gemacht, aber hier nicht vermerkt. {reason}")
    return made


def _refuse_without_parent(target: Path) -> None:
    """A backup beside a disk that is not mounted would fill the disk of the town."""
    if not target.parent.is_dir():
        raise BackupFailed(
            f"Den Ordner {target.parent} gibt es nicht. Ist der Datenträger eingehängt? Soll das "
            f"Backup wirklich dorthin, legen Sie den Ordner an: mkdir -p {target.parent}"
        )


class _Run:
    def __init__(self, place: Place, progress: Progress | None) -> None:
        self._place = place
        self._progress = progress
        self._copied = 0
        self._storage = storages["records"]

    def run(self, *, with_keys: bool) -> Made:
        """All of it; the manifest comes last and makes it valid."""
        moment = now()
        self._place.unlock()
        stamp = self._free_name(moment)
        part = self._place.folder / "snapshots" / f".{stamp}.part"
        self._copy(database.files_now())
        try:
            part.mkdir(mode=0o700)
            files, missing = self._database(part, stamp)
            self._beside(part, stamp)
            manifest = _manifest(moment.isoformat(), files, missing, with_keys=with_keys)
            with self._place.writing(part / "manifest", f"snapshot:{stamp}:manifest") as out:
                out.write(json.dumps(manifest).encode())
            part.rename(part.with_name(stamp))
        finally:
            shutil.rmtree(part, ignore_errors=True)
        return Made(stamp, len(files), self._copied, tuple(missing))

    def _free_name(self, moment: datetime) -> str:
        """The second of `moment`, or the next one that no other snapshot has taken."""
        while (self._place.folder / "snapshots" / (stamp := f"{moment:{STAMP}}")).exists():
            moment += timedelta(seconds=1)
        return stamp

    def _database(self, part: Path, stamp: str) -> tuple[database.Files, list[str]]:
        """Database and every file it names."""
        for left in reversed(range(TRIES)):
            with database.snapshot(settings.DATA_DIR) as (content, files):
                target = part / "database"
                with self._place.writing(target, f"snapshot:{stamp}:database") as out:
                    shutil.copyfileobj(content, out, database.PIECE)
            missing = self._copy(files)
            still = dict(database.files_now())
            if not left or all(name in still for name in missing):
                return files, missing
        raise AssertionError("unreachable")

    def _copy(self, files: Iterable[tuple[str, int]]) -> list[str]:
        """Copy what is not in the backup yet; names that are not there."""
        rows = list(files)
        missing = []
        for number, (name, size) in enumerate(rows, 1):
            if not self._place.has(name, storage.stored_size(size)):
                try:
                    with self._storage.open(name, "rb") as file:
                        self._place.put(name, file)
                    self._copied += 1
                except FileNotFoundError:
                    missing.append(name)
            if self._progress and (number % 50 == 0 or number == len(rows)):
                self._progress(number, len(rows))
        return missing

    def _beside(self, part: Path, stamp: str) -> None:
        with (
            tempfile.TemporaryFile() as scratch,
            self._place.writing(part / "beside", f"snapshot:{stamp}:beside") as out,
        ):
            with tarfile.open(fileobj=scratch, mode="w") as archive:
                for name in BESIDE:
                    if (settings.DATA_DIR / name).exists():
                        archive.add(settings.DATA_DIR / name, arcname=name, filter=_plain)
            scratch.seek(0)
            shutil.copyfileobj(scratch, out)


def _manifest(
    made_at: str, files: database.Files, missing: list[str], *, with_keys: bool
) -> dict[str, Any]:
    from django.db import connection

    applied = sorted(MigrationRecorder(connection).applied_migrations())
    last = queries.newest()
    found: dict[str, Any] = {
        "made_at": made_at,
        "software": version("offenes-rathaus"),
        "engine": connection.vendor,
        "migrations": [list(key) for key in applied],
        "address": settings.BASE_URL,
        "files": files,
        "missing": missing,
        "town_key": keymark.mark(),
        "seal": anchor.line(last) if last else "",
    }
    if with_keys:
        found["keys"] = {"town_key": settings.TOWN_KEY, "secret_key": settings.SECRET_KEY}
    return found


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Files and folders only, without owners."""
    if not (entry.isreg() or entry.isdir()) or Path(entry.name).name == ".lock":
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def stream(pieces: Iterable[bytes]) -> IO[bytes]:
    """Pieces as a file for reading; kept on the disk once they are large."""
    out: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115
    for piece in pieces:
        out.write(piece)
    out.seek(0, io.SEEK_SET)
    return out
