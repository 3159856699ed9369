"""What was backed up comes back on an empty machine, and proves that it is whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files.storage import storages

from rathaus.backup import create, restore
from rathaus.backup.keys import Secret, from_files, make_pair
from rathaus.backup.place import Place
from rathaus.core import backups, storage
from rathaus.records.models import Case
from tests.backup.conftest import SECRET, Machine, keys
from tests.records.conftest import file


def test_onto_an_empty_machine(
    town: Case, tmp_path: Path, machine: Machine, passphrase: Path
) -> None:
    made = create.into_folder(tmp_path / "backup", SECRET)
    assert (made.files, made.copied, made.missing) == (3, 3, ())
    arguments = ["restore", str(tmp_path / "backup"), "--passphrase-file", str(passphrase)]
    said = machine.run(*arguments)
    assert "3 Dateien" in said and "keys/town_key" in said
    said = machine.run("records", "verify", "--json", expect=1)
    assert '"stored file damaged"' in said  # without the town's key nothing can be read
    report = json.loads(machine.run("records", "verify", "--json", "--fresh", **keys()))
    assert report["ok"] and report["documents"] == 4 and report["seals"] == 1
    said = machine.run(*arguments, expect=2)
    assert "ist schon eine Stadt" in said


def test_one_file_with_the_keys_in_it(
    town: Case, tmp_path: Path, machine: Machine, passphrase: Path
) -> None:
    target = tmp_path / "stadt.rbk"
    made = create.into_file(target, SECRET, with_keys=True)
    assert made.files == 3
    assert [path.name for path in tmp_path.glob(".*")] == []
    said = machine.run("restore", str(target), "--passphrase-file", str(passphrase), "--json")
    assert json.loads(said)["town_key"] == "backup"
    assert json.loads(machine.run("records", "verify", "--json"))["ok"]


def test_only_new_files_are_copied(town: Case, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    create.into_folder(folder, SECRET)
    file(town, b"Neues " * 3000, title="Neues")
    made = _later(folder)
    assert (made.files, made.copied) == (4, 1)
    assert len(Place(folder, SECRET).snapshots()) == 2
    assert len(list(Place(folder, SECRET).objects())) == 4


def _later(folder: Path, secret: Secret = SECRET) -> create.Made:
    """A second backup cannot be made in the second of the first."""
    from datetime import timedelta

    from rathaus.core import clock

    with clock.shifted(clock.now() + timedelta(minutes=1)):
        return create.into_folder(folder, secret)


def test_tried_out_beside_the_town(town: Case, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    assert not backups.health().ok
    create.into_folder(folder, SECRET)
    assert "never tried" in backups.health().found
    place = Place(folder, SECRET)
    trial = restore.try_out(place, restore.choose(place), folder)
    assert trial.ok, trial
    assert trial.report["documents"] == 4
    assert backups.health().ok
    assert not list(tmp_path.glob(".trial-*"))


def test_the_trial_finds_what_was_wrong_already(town: Case, tmp_path: Path) -> None:
    from tests.support.tamper import execute

    execute("UPDATE records_document SET title = 'X' WHERE title = 'Brief'")
    create.into_folder(tmp_path / "backup", SECRET)
    place = Place(tmp_path / "backup", SECRET)
    trial = restore.try_out(place, restore.choose(place), place.folder)
    assert not trial.ok
    assert [row["what"] for row in trial.report["findings"]] == ["title, file name or type changed"]
    assert "trial failed" in backups.health().found


def test_a_machine_that_cannot_read_its_own_backups(town: Case, tmp_path: Path) -> None:
    from rathaus.backup.errors import WrongKey

    public = make_pair(tmp_path / "safe.pem")
    assert (tmp_path / "safe.pem").stat().st_mode & 0o777 == 0o600
    folder = tmp_path / "backup"
    writer = from_files(passphrase=None, recipient=public, private=None)
    create.into_folder(folder, writer)
    _later(folder, writer)
    with pytest.raises(WrongKey, match="privaten"):
        Place(folder, writer).manifest(Place(folder, writer).snapshots()[0])
    reader = from_files(passphrase=None, recipient=None, private=tmp_path / "safe.pem")
    for snapshot in Place(folder, reader).snapshots():
        assert len(Place(folder, reader).manifest(snapshot)["files"]) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("size", [9_000, storage.FRAME, storage.FRAME + 1, 2 * storage.FRAME])
def test_sizes_are_foreseen(size: int, tmp_path: Path) -> None:
    """A file is copied once, not each time: sizes on both sides follow from that of the content."""
    row = storage.put(bytes(size))
    path = Path(storages["records"].path(row.name))
    assert path.stat().st_size == storage.stored_size(size)
    place = Place(tmp_path / "backup", SECRET)
    place.prepare()
    with path.open("rb") as content:
        place.put(row.name, content)
    assert place.has(row.name, storage.stored_size(size))
    assert not place.has(row.name, storage.stored_size(size) + 1)
    assert b"".join(place.get(row.name)) == path.read_bytes()
