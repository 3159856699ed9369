"""A folder keeps to the secret it was begun with: whoever has that one can restore all of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rathaus.backup.errors import Damaged, WrongKey
from rathaus.backup.keys import Keyring, Secret, from_files, make_pair
from rathaus.records.models import Case
from tests.backup.conftest import SECRET
from tests.backup.test_command import run

pytestmark = pytest.mark.one_database


def state(folder: Path) -> dict[Path, int]:
    """What lies in a folder, and when it was written; but for the lock, which says nothing."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path: path.stat().st_mtime_ns for path in files}


def secret_of(name: str, tmp_path: Path) -> Secret:
    """``passphrase``, or a pair: ``one.pub`` only closes, ``one`` opens too."""
    if name == "passphrase":
        return SECRET
    if not (pair := tmp_path / name.removesuffix(".pub")).exists():
        make_pair(pair)
    public = name.endswith(".pub")
    return from_files(
        passphrase=None,
        recipient=tmp_path / name if public else None,
        private=None if public else tmp_path / name,
    )


def test_a_second_secret_is_refused_and_the_series_stays_good(
    town: Case, tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "backup"
    make_pair(tmp_path / "safe.pem")
    assert run("backup", folder, "--passphrase-file", passphrase) == 0
    before = state(folder)
    assert run("backup", folder, "--recipient", tmp_path / "safe.pem.pub") == 2
    said = capsys.readouterr().err
    assert "mit einer Passphrase begonnen" in said and "einen neuen Ordner" in said
    assert state(folder) == before
    assert run("backup", "verify", folder, "--passphrase-file", passphrase) == 0


@pytest.mark.parametrize(
    ("begun", "then", "says"),
    [
        ("one.pub", "passphrase", "einem Schlüsselpaar"),
        ("one", "passphrase", "einem Schlüsselpaar"),
        ("passphrase", "one", "einer Passphrase"),
        ("one.pub", "two.pub", "einem anderen Schlüsselpaar"),
        ("one.pub", "two", "einem anderen Schlüsselpaar"),
        ("one", "two.pub", "einem anderen Schlüsselpaar"),
    ],
)
def test_a_folder_begun_with_another_secret(
    tmp_path: Path, begun: str, then: str, says: str
) -> None:
    keys = tmp_path / "backup" / "keys"
    Keyring(keys, secret_of(begun, tmp_path)).current()
    before = state(keys)
    with pytest.raises(WrongKey, match=f"backup wurde mit {says} begonnen"):
        Keyring(keys, secret_of(then, tmp_path)).current()
    assert state(keys) == before


def test_another_passphrase(tmp_path: Path) -> None:
    Keyring(tmp_path / "keys", SECRET).current()
    with pytest.raises(WrongKey, match="einer anderen Passphrase begonnen"):
        Keyring(tmp_path / "keys", Secret(passphrase="falsch falsch falsch")).current()


def test_both_halves_of_a_pair_go_on_with_one_folder(tmp_path: Path) -> None:
    made = [
        Keyring(tmp_path / "keys", secret_of(name, tmp_path)).current()
        for name in ("one.pub", "one.pub", "one")
    ]
    reader = Keyring(tmp_path / "keys", secret_of("one", tmp_path))
    assert [reader.get(ident) for ident, _ in made] == [key for _, key in made]


def test_a_folder_of_an_earlier_version_goes_on(tmp_path: Path) -> None:
    """Its keys do not say for which pair they were made."""
    ident, key = Keyring(tmp_path / "keys", secret_of("one.pub", tmp_path)).current()
    path = tmp_path / "keys" / f"{ident.hex()}.json"
    row = json.loads(path.read_text())
    del row["recipient"]
    path.write_text(json.dumps(row))
    Keyring(tmp_path / "keys", secret_of("one.pub", tmp_path)).current()
    assert Keyring(tmp_path / "keys", secret_of("one", tmp_path)).get(ident) == key


def test_a_broken_key_is_told_before_more_is_written(tmp_path: Path) -> None:
    """What it closed is lost and would not be copied again."""
    ident, _ = Keyring(tmp_path / "keys", SECRET).current()
    (tmp_path / "keys" / f"{ident.hex()}.json").write_text('{"kind": "pass')
    with pytest.raises(Damaged, match=ident.hex()):
        Keyring(tmp_path / "keys", SECRET).current()
