"""The command in the operator's hands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rathaus import cli
from rathaus.backup import prune
from rathaus.backup.errors import Damaged
from rathaus.backup.place import Place
from rathaus.records.models import Case
from tests.backup.conftest import SECRET

pytestmark = pytest.mark.one_database


def run(*words: object) -> int:
    arguments = cli.build_parser().parse_args([str(word) for word in words])
    return int(arguments.command(arguments))


def test_the_usual_way(
    town: Case, tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, secret = tmp_path / "backup", ("--passphrase-file", passphrase)
    assert run("backup", folder, *secret, "--keep", "7,4,12") == 0
    assert "3 Dateien, 3 davon neu" in capsys.readouterr().out
    assert run("backup", "list", folder, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 1
    assert run("backup", "prune", folder, *secret, "--keep", "1,0,0") == 0
    assert run("restore", folder, *secret) == 2
    assert "ist schon eine Stadt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["backup", "{tmp}/b"], "rathaus backup key"),
        (["backup", "verify", "{tmp}/nichts", "--passphrase-file", "{pass}"], "gibt es nicht"),
        (["backup", "a", "b", "c"], "Verwendung"),
        (["backup", "{tmp}/b", "--passphrase-file", "{tmp}/fehlt"], "nicht lesbar"),
        (["backup", "{tmp}/b", "--passphrase-file", "{pass}", "--keep", "viel"], "7,4,12"),
        (["backup", "{tmp}/b", "--recipient", "{pass}"], "nicht lesbar"),
        (
            ["backup", "{tmp}/b", "--recipient", "{pass}", "--passphrase-file", "{pass}"],
            "nur eines",
        ),
        (["restore", "{tmp}", "--passphrase-file", "{pass}"], "kein Backup"),
        (["restore", "{pass}", "--passphrase-file", "{pass}"], "kein Backup"),
    ],
)
def test_wrong_use(
    transactional_db: None,
    tmp_path: Path,
    passphrase: Path,
    words: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = [word.format(tmp=tmp_path, **{"pass": passphrase}) for word in words]
    assert run(*given) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["verify"], ["list"], ["prune"], ["key"], [""], ["verify", ""], ["fotos", "verify"]]
)
def test_a_target_that_got_lost_makes_no_backup(
    words: list[str],
    tmp_path: Path,
    passphrase: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An empty variable in a crontab."""
    monkeypatch.chdir(tmp_path)
    assert run("backup", *words, "--passphrase-file", passphrase) == 2
    assert "Verwendung" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [passphrase]


@pytest.mark.parametrize("target", ["platte/backup", "platte/stadt.rbk"])
def test_a_disk_that_is_not_mounted_is_told(
    transactional_db: None,
    target: str,
    tmp_path: Path,
    passphrase: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("backup", tmp_path / target, "--passphrase-file", passphrase) == 2
    said = capsys.readouterr().err
    assert f"{tmp_path / 'platte'} gibt es nicht" in said and "eingehängt" in said
    assert not (tmp_path / "platte").exists()


def test_who_cannot_read_backups_cannot_sort_them_out_and_is_told_before(
    transactional_db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("backup", "key", tmp_path / "k.pem") == 0
    words = ("backup", tmp_path / "b", "--recipient", tmp_path / "k.pem.pub", "--keep", "7,4,12")
    assert run(*words) == 2
    assert "rathaus backup prune" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_a_backup_is_told_though_the_old_ones_could_not_be_sorted_out(
    transactional_db: None,
    tmp_path: Path,
    passphrase: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(place: Place, rule: prune.Rule) -> None:
        raise Damaged("snapshots/x/manifest ist beschädigt.")

    monkeypatch.setattr(prune, "prune", broken)
    words = ("backup", tmp_path / "b", "--passphrase-file", passphrase, "--keep", "7,4,12")
    assert run(*words) == 1
    said = capsys.readouterr()
    assert "0 Dateien" in said.out and "Backup ist gemacht" in said.err
    assert "snapshots/x/manifest" in said.err


def test_a_short_passphrase(
    transactional_db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kurz").write_text("moor")
    assert run("backup", tmp_path / "b", "--passphrase-file", tmp_path / "kurz") == 2
    assert "weniger als 12 Zeichen" in capsys.readouterr().err


def test_a_key_is_never_overwritten(
    transactional_db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("backup", "key", tmp_path / "k.pem") == 0
    assert run("backup", "key", tmp_path / "k.pem") == 2
    assert "kann nicht angelegt werden" in capsys.readouterr().err


@pytest.mark.parametrize("rule", ["0,0,0", "0,4,12", "-1,4,12", "7,-4,12", "7,4", "7,4,12,1", ""])
def test_a_rule_that_keeps_nothing_or_is_none_forgets_nothing(
    rule: str, tmp_path: Path, passphrase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(tmp_path / "b", SECRET)
    place.prepare()
    for name in names("2026-10-15", "2026-11-01"):
        (place.folder / "snapshots" / name).mkdir()
        (place.folder / "snapshots" / name / "manifest").write_bytes(b"x")
    words = ("backup", "prune", place.folder, "--passphrase-file", passphrase, f"--keep={rule}")
    assert run(*words) == 2
    assert "mindestens einer" in capsys.readouterr().err
    assert len(place.snapshots()) == 2


def names(*days: str) -> list[str]:
    return [f"{day.replace('-', '')}T030000Z" for day in days]


def test_what_stays() -> None:
    rule = prune.Rule(days=2, weeks=2, months=2)
    found = names(
        "2026-09-30", "2026-10-15", "2026-11-01", "2026-11-20", "2026-11-26", "2026-11-27"
    )
    assert sorted(prune.kept(found, rule)) == names(
        "2026-10-15", "2026-11-20", "2026-11-26", "2026-11-27"
    )
    assert prune.kept(found, prune.Rule(0, 0, 0)) == set(found[-1:])
    assert prune.kept([], rule) == set()
