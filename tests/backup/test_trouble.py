"""Races, crashes, damage: the earlier backups stay whole, and what is wrong is named."""

from __future__ import annotations

import errno
import io
import json
import shutil
import signal
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages

from rathaus.backup import create, database, restore
from rathaus.backup.errors import BackupFailed, Damaged, NotEmpty, TooNew, WrongKey
from rathaus.backup.keys import Secret
from rathaus.backup.place import Place
from rathaus.core import storage
from rathaus.core.clock import now
from rathaus.core.models import Blob
from rathaus.records.models import Case
from tests.backup.conftest import SECRET, Machine, keys

KILL = """
import os, signal, sys
import django; django.setup()
from pathlib import Path
from rathaus.backup import create, keys, place, restore
keys.SCRYPT["n"] = 2 ** 14
left = [int(sys.argv[2])]
def dying(original):
    def wrapped(*args):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args)
    return wrapped
secret = keys.Secret(passphrase=sys.argv[3])
if sys.argv[4] == "backup":
    place.Place.put = dying(place.Place.put)
    create.into_folder(Path(sys.argv[1]), secret)
else:
    restore._file = dying(restore._file)
    opened = place.Place(Path(sys.argv[1]), secret)
    restore.restore(opened, restore.choose(opened))
"""


@pytest.fixture
def backup(town: Case, tmp_path: Path) -> Place:
    create.into_folder(tmp_path / "backup", SECRET)
    return Place(tmp_path / "backup", SECRET)


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Path:
    """A restore into an empty folder, with a database that only reads what it gets."""
    settings.DATA_DIR = tmp_path / "other"
    settings.DATA_DIR.mkdir()
    monkeypatch.setattr(database, "is_empty", lambda: True)
    monkeypatch.setattr(database, "restore", b"".join)
    return tmp_path / "other"


@pytest.mark.one_database
def test_a_killed_backup_leaves_the_others_whole(
    backup: Place, tmp_path: Path, machine: Machine
) -> None:
    from tests.support.database import database_url

    shutil.rmtree(backup.folder / "objects")
    (backup.folder / "objects").mkdir()
    here = Machine(Path(storages["records"].path("")).parent, database_url())
    arguments = ("-", str(backup.folder), "1", SECRET.passphrase, "backup")
    here.run(*arguments[1:], code=KILL, expect=-signal.SIGKILL, **keys())
    assert backup.snapshots() == backup.snapshots()[:1]
    from tests.backup.test_round import _later

    made = _later(backup.folder)
    assert made.copied == 2  # the one that was complete is not copied again
    assert [p for p in backup.folder.rglob(".*") if p.name != ".lock"] == []


def test_a_killed_restore_goes_on(backup: Place, machine: Machine, passphrase: Path) -> None:
    arguments = (str(backup.folder), "2", SECRET.passphrase, "restore")
    machine.run(*arguments, code=KILL, expect=-signal.SIGKILL)
    assert len([p for p in (machine.data / "records").rglob("*") if p.is_file()]) == 2
    machine.run("restore", str(backup.folder), "--passphrase-file", str(passphrase))
    assert json.loads(machine.run("records", "verify", "--json", **keys()))["ok"]
    assert not (machine.data / restore.MARK).exists()


def test_a_file_removed_between_files_and_snapshot(
    town: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that a snapshot holds and that goes before its file is copied: a new snapshot."""
    original, calls = database.snapshot, [0]

    @contextmanager
    def meddled(scratch: Path) -> Iterator[Any]:
        calls[0] += 1
        late = storage.put(b"verworfen " * 3000) if calls[0] == 1 else None
        with original(scratch) as found:
            yield found
        if late is not None:
            storage.remove(Blob.objects.get(pk=late.pk))

    monkeypatch.setattr(database, "snapshot", meddled)
    made = create.into_folder(tmp_path / "backup", SECRET)
    assert (calls[0], made.files, made.missing) == (2, 3, ())


def test_a_file_stored_after_the_first_copying(
    town: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = database.snapshot

    @contextmanager
    def meddled(scratch: Path) -> Iterator[Any]:
        storage.put(b"gerade eben " * 3000)
        with original(scratch) as found:
            yield found

    monkeypatch.setattr(database, "snapshot", meddled)
    made = create.into_folder(tmp_path / "backup", SECRET)
    assert (made.files, made.copied) == (4, 4)


def test_a_file_that_the_record_lacks_already(town: Case, tmp_path: Path) -> None:
    name = Blob.objects.exclude(name="").values_list("name", flat=True)[0]
    Path(storages["records"].path(name)).unlink()
    made = create.into_folder(tmp_path / "backup", SECRET)
    assert made.missing == (name,)


@pytest.mark.one_database
def test_no_space_left(backup: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(backup.folder.rglob("*"))

    @contextmanager
    def full(self: Place, path: Path, name: str) -> Iterator[Any]:
        raise OSError(errno.ENOSPC, "No space left on device")
        yield

    monkeypatch.setattr(Place, "writing", full)
    from tests.backup.test_round import _later

    with pytest.raises(BackupFailed, match="kein Platz"):
        _later(backup.folder)
    assert sorted(backup.folder.rglob("*")) == before


def spoil_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


SPOILERS: list[Callable[[Path], None]] = [spoil_bit, cut, Path.unlink]


@pytest.mark.one_database
@pytest.mark.parametrize("spoil", SPOILERS, ids=["bit", "cut", "gone"])
@pytest.mark.parametrize("part", ["object", "database", "manifest", "beside"])
def test_damage_is_named(
    backup: Place, empty: Path, part: str, spoil: Callable[[Path], None]
) -> None:
    snapshot = backup.snapshots()[0]
    if part == "object":
        name, path = next(iter(backup.objects()))
        named = f"objects/{name}"
    else:
        path = backup.folder / "snapshots" / snapshot / part
        named = f"snapshots/{snapshot}/{part}"
    spoil(path)
    with pytest.raises(Damaged, match=named):
        restore.restore(Place(backup.folder, SECRET), snapshot)


@pytest.mark.one_database
def test_objects_exchanged(backup: Place, empty: Path) -> None:
    (_, one), (_, two) = list(backup.objects())[:2]
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    with pytest.raises(Damaged):
        restore.restore(Place(backup.folder, SECRET), backup.snapshots()[0])


@pytest.mark.one_database
def test_an_old_database_under_a_new_name(backup: Place, empty: Path) -> None:
    """A snapshot renamed to look newer does not open."""
    old = backup.folder / "snapshots" / backup.snapshots()[0]
    old.rename(old.with_name("20991231T000000Z"))
    with pytest.raises(Damaged):
        restore.restore(Place(backup.folder, SECRET), "20991231T000000Z")


@pytest.mark.one_database
def test_wrong_passphrase(backup: Place) -> None:
    wrong = Place(backup.folder, Secret(passphrase="falsch falsch falsch"))
    with pytest.raises(WrongKey):
        wrong.manifest(backup.snapshots()[0])
    with pytest.raises(WrongKey):
        create.into_folder(backup.folder, wrong.keys._secret)


@pytest.mark.one_database
def test_two_backups_in_one_second(backup: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = now()
    monkeypatch.setattr(create, "now", lambda: moment)
    made = [create.into_folder(backup.folder, SECRET).snapshot for _ in range(2)]
    assert len(set(made)) == 2
    assert sorted(made)[0] < sorted(made)[1] == Place(backup.folder, SECRET).snapshots()[-1]


@pytest.mark.one_database
def test_from_a_newer_version(backup: Place, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = backup.manifest(backup.snapshots()[0])
    manifest["migrations"].append(["records", "9999_future"])
    monkeypatch.setattr(Place, "manifest", lambda self, snapshot: manifest)
    with pytest.raises(TooNew, match=r"records\.9999_future"):
        restore.restore(backup, backup.snapshots()[0])


@pytest.mark.one_database
def test_another_kind_of_database_is_told_before_anything_is_written(
    backup: Place, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = backup.snapshots()[0]
    manifest = backup.manifest(snapshot)
    manifest["engine"] = "postgresql" if manifest["engine"] == "sqlite" else "sqlite"
    monkeypatch.setattr(Place, "manifest", lambda self, snapshot: manifest)
    with pytest.raises(BackupFailed, match="Beides muss gleich sein"):
        restore.restore(backup, snapshot)
    with pytest.raises(BackupFailed, match="Beides muss gleich sein"):
        restore.try_out(backup, snapshot, backup.folder)
    assert list(empty.iterdir()) == []


@pytest.mark.one_database
def test_of_a_newer_format(backup: Place) -> None:
    (backup.folder / "backup.json").write_text('{"product": "offenes-rathaus", "format": 2}')
    with pytest.raises(BackupFailed, match="neueres Format"), restore.opened(backup.folder, SECRET):
        pass


def test_over_a_town(backup: Place, settings: Any) -> None:
    with pytest.raises(NotEmpty, match="ist schon eine Stadt"):
        restore.restore(backup, backup.snapshots()[0])


@pytest.mark.one_database
def test_into_a_folder_with_files(backup: Place, empty: Path) -> None:
    (empty / "records").mkdir()
    (empty / "records" / "x").write_text("x")
    with pytest.raises(NotEmpty, match="ist nicht leer"):
        restore.restore(backup, backup.snapshots()[0])


@pytest.mark.one_database
def test_into_a_folder_of_somebody_else(town: Case, tmp_path: Path) -> None:
    (tmp_path / "fotos").mkdir()
    (tmp_path / "fotos" / "oma.jpg").write_text("x")
    with pytest.raises(BackupFailed, match="weder leer noch ein Backup"):
        create.into_folder(tmp_path / "fotos", SECRET)


@pytest.mark.one_database
def test_a_file_that_is_no_backup(town: Case, tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"\0" * 2048, b"PK\x03\x04")):
        path = tmp_path / f"x{number}.rbk"
        path.write_bytes(content)
        with pytest.raises(BackupFailed), restore.opened(path, SECRET):
            pass


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["../draussen", "/tmp/draussen-rathaus"])
def test_a_hostile_archive(town: Case, tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.rbk"
    with tarfile.open(path, "w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(BackupFailed), restore.opened(path, SECRET):
        pass
    assert not (tmp_path / "draussen").exists() and not Path("/tmp/draussen-rathaus").exists()


@pytest.mark.one_database
@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_an_archive_holds_files_and_folders_only(town: Case, tmp_path: Path, kind: bytes) -> None:
    path = tmp_path / "x.rbk"
    with tarfile.open(path, "w") as archive:
        entry = tarfile.TarInfo("ein")
        entry.type, entry.linkname = kind, str(tmp_path / "ziel")
        archive.addfile(entry)
        inside = tarfile.TarInfo("ein/ausgang")
        inside.size = 1
        archive.addfile(inside, io.BytesIO(b"x"))
    with pytest.raises(BackupFailed), restore.opened(path, SECRET):
        pass
    assert not (tmp_path / "ziel").exists()


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["../../keys/town_key", "/etc/passwd"])
def test_a_hostile_manifest(
    backup: Place, empty: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    manifest = backup.manifest(backup.snapshots()[0])
    manifest["files"] = [[name, 1]]
    monkeypatch.setattr(Place, "manifest", lambda self, snapshot: manifest)
    with pytest.raises(BackupFailed, match="außerhalb"):
        restore.restore(backup, backup.snapshots()[0])
