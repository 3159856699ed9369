"""The machine does not go along: a disk is full or read only, the database is down.

One sentence with the place and exit code 2, and nobody thinks that the backup is to blame.
"""

from __future__ import annotations

import errno
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError

from rathaus.backup import create, database, restore, unpacking
from rathaus.backup.errors import BackupFailed
from rathaus.backup.place import Place
from rathaus.core import backups
from tests.backup.conftest import SECRET
from tests.backup.test_command import run

pytestmark = pytest.mark.one_database


def refusing(error: Exception) -> Callable[..., Any]:
    """A function that fails each time."""

    def refuse(*words: Any, **named: Any) -> Any:
        raise error

    return refuse


def full() -> OSError:
    """Writing into an open file does not say which one."""
    return OSError(errno.ENOSPC, "No space left on device")


def read_only(path: Path) -> OSError:
    return OSError(errno.EROFS, "Read-only file system", str(path))


@pytest.fixture
def made(transactional_db: None, tmp_path: Path) -> Path:
    """A backup of an empty town."""
    create.into_folder(tmp_path / "backup", SECRET)
    return tmp_path / "backup"


@pytest.fixture
def data(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty machine with a database that only reads what it gets."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    monkeypatch.setattr(database, "is_empty", lambda: True)
    monkeypatch.setattr(database, "restore", b"".join)
    return tmp_path / "data"


def test_a_backup_names_the_folder_that_is_read_only(
    made: Path,
    data: Path,
    passphrase: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The data folder, where the copy of the database is made, and not the target."""
    monkeypatch.setattr(tempfile, "mkstemp", refusing(read_only(data / ".backup-x")))
    assert run("backup", made, "--passphrase-file", passphrase) == 2
    said = capsys.readouterr().err
    assert f"Auf {data} darf" in said and "Read-only" in said


@pytest.mark.parametrize("target", ["backup", "stadt.rbk"])
def test_a_target_that_is_read_only(
    transactional_db: None,
    target: str,
    tmp_path: Path,
    passphrase: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(Path, "mkdir", refusing(read_only(tmp_path / "platte" / "x")))
    assert run("backup", tmp_path / target, "--passphrase-file", passphrase) == 2
    assert f"Auf {tmp_path / 'platte'} darf" in capsys.readouterr().err


@pytest.mark.parametrize("target", ["backup", "stadt.rbk"])
def test_a_backup_that_could_not_be_noted_is_there_all_the_same(
    transactional_db: None,
    target: str,
    tmp_path: Path,
    passphrase: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(backups, "made", refusing(full()))
    assert run("backup", tmp_path / target, "--passphrase-file", passphrase) == 1
    said = capsys.readouterr()
    assert "0 Dateien" in said.out
    assert "ist gemacht, aber hier nicht vermerkt" in said.err and "kein Platz" in said.err
    assert run("backup", "list", tmp_path / target) == 0
    assert "Noch keines" not in capsys.readouterr().out


def test_no_place_for_a_trial(
    made: Path,
    passphrase: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(tempfile, "TemporaryDirectory", refusing(read_only(made / "keys" / "x")))
    assert run("backup", "verify", made, "--passphrase-file", passphrase) == 2
    assert f"Auf {made / 'keys'} darf" in capsys.readouterr().err


def test_a_disk_that_runs_full_in_the_trial_says_nothing_about_the_backup(
    made: Path,
    passphrase: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The process of the trial may write files of 100 KB, and the database is larger."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nulimit -f 200\nexec {sys.executable} "$@"\n')
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    assert run("backup", "verify", made, "--passphrase-file", passphrase) == 2
    said = capsys.readouterr()
    assert "File too large" in said.err and "Traceback" not in said.err
    assert "hält nicht" not in said.out
    assert "trial failed" not in backups.health().found


def test_a_restore_onto_a_full_disk(
    made: Path,
    data: Path,
    passphrase: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(restore, "_beside", refusing(full()))
    assert run("restore", made, "--passphrase-file", passphrase) == 2
    said = capsys.readouterr().err
    assert f"von {data} ist kein Platz" in said and "wiederholen" in said


def test_a_file_that_finds_no_place_is_still_a_backup(
    made: Path,
    passphrase: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = made.with_name("stadt.rbk")
    create.into_file(target, SECRET)
    monkeypatch.setattr(unpacking, "_write", refusing(full()))
    assert run("restore", target, "--passphrase-file", passphrase) == 2
    said = capsys.readouterr().err
    assert "kein Platz" in said and "kein Backup" not in said


def test_old_backups_on_a_disk_that_is_read_only(
    made: Path,
    passphrase: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(Place, "locked", refusing(read_only(made / ".lock")))
    words = ("--passphrase-file", passphrase, "--keep", "7,4,12")
    assert run("backup", "prune", made, *words) == 2
    assert f"Auf {made / '.lock'} darf" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_the_database_is_down(
    made: Path,
    command: str,
    passphrase: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    down = OperationalError("connection refused\n\tIs the server running?")
    for name in ("files_now", "is_empty"):
        monkeypatch.setattr(database, name, refusing(down))
    assert run(command, made, "--passphrase-file", passphrase) == 2
    said = capsys.readouterr().err.strip()
    assert said == "Die Datenbank ist nicht nutzbar: connection refused. Siehe DATABASE_URL."


@pytest.mark.parametrize("use", [database.snapshot, database.scratch_database])
def test_postgresql_is_down(
    use: Callable[[Path], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own connections, beside that of Django: no word of rights that are missing."""
    nobody = {"NAME": "x", "USER": "x", "PASSWORD": "", "HOST": "127.0.0.1", "PORT": "1"}
    lost = SimpleNamespace(vendor="postgresql", settings_dict=nobody)
    monkeypatch.setattr(database, "connection", lost)
    with pytest.raises(BackupFailed, match="nicht nutzbar") as told, use(tmp_path):
        pass
    assert "CREATEDB" not in str(told.value)
