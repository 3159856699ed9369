"""``rathaus`` tells in a sentence what is wrong, and what to do; never by a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.server import ROOT

from rathaus import cli
from rathaus.core.keymark import WrongTownKey
from rathaus.settings.env import SettingsError, env, env_choice, private_dir

NAME = "RATHAUS_TEST_VALUE"


def rathaus(data: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RATHAUS_", "DATABASE_URL"))
    }
    return subprocess.run(
        [sys.executable, "-m", "rathaus.cli", *words],
        env={**environment, "DJANGO_SETTINGS_MODULE": "rathaus.settings",
             "RATHAUS_DATA": str(data), **variables},
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"DATABASE_URL": "mysql://town:geheim@db/x"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://town:geheim@127.0.0.1:1/x"}, "Connection refused"),
        ({}, "rathaus setup"),
    ],
    ids=["wrong address", "nobody there", "never set up"],
)
def test_a_database_that_cannot_be_used(
    variables: dict[str, str], said: str, tmp_path: Path
) -> None:
    done = rathaus(tmp_path, "jobs", "list", **variables)
    assert done.returncode == 2
    assert said in done.stderr and len(done.stderr.splitlines()) == 1
    assert "geheim" not in done.stderr


def test_the_doctor_looks_at_what_is_broken(tmp_path: Path) -> None:
    done = rathaus(tmp_path, "doctor")
    assert "Traceback" not in done.stderr
    assert "rathaus setup" in done.stdout and "backup" in done.stdout


@pytest.mark.parametrize("words", [["--workers", "0"], ["--workers", "-3"], ["--port", "abc"]])
def test_wrong_numbers_start_nothing(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["run", *words])
    assert end.value.code == 2
    assert "from 1 to" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device", "/srv/town/x"), "/srv/town/x: No space left"),
        (WrongTownKey(), "town key"),
    ],
    ids=["full disk", "wrong key"],
)
def test_what_stops_a_command_is_told(
    error: Exception,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stop(_arguments: object) -> int:
        raise error

    monkeypatch.setattr(cli, "_jobs_list", stop)
    assert cli.main(["jobs", "list"]) == 2
    assert said in capsys.readouterr().err


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """``RATHAUS_DATA=`` must not make the present folder the town's."""
    monkeypatch.setenv(NAME, "")
    assert env(NAME, "var") == "var"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
def test_a_file_without_a_value_is_refused(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the default would be used in silence: a key made anew, no password."""
    path = tmp_path / "value"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv(f"{NAME}_FILE", str(path))
    with pytest.raises(SettingsError, match=f"{NAME}_FILE"):
        env(NAME, "default")


def test_wrong_words_and_folders_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, "laut")
    with pytest.raises(SettingsError, match="LAUT"):
        env_choice(NAME, "INFO", ["INFO", "ERROR"])
    monkeypatch.setenv(NAME, "error")
    assert env_choice(NAME, "INFO", ["INFO", "ERROR"]) == "ERROR"
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="RATHAUS_DATA"):
        private_dir(tmp_path / "file")


def test_no_key_is_kept_beside_the_program() -> None:
    assert not [path for path in (ROOT / "src").rglob("*") if path.name.endswith("_key")]
