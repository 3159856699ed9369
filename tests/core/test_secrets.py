"""The keys of a town: made once, as a whole, and never guessed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rathaus.settings.env import SettingsError, secret

NAME = "town_key"
ASK = (
    "import sys; from pathlib import Path; from rathaus.settings.env import secret;"
    "sys.stdin.read(); print(secret(Path(sys.argv[1]), sys.argv[2]))"
)


@pytest.fixture(autouse=True)
def _from_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RATHAUS_TOWN_KEY", raising=False)


def test_a_fresh_town_gets_a_key_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    key = secret(tmp_path, NAME)
    path = tmp_path / "keys" / NAME
    assert len(key) == 64 and secret(tmp_path, NAME) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == [NAME]
    assert secret(tmp_path / "neighbour", NAME) != key


def test_containers_that_start_together_have_the_same_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ASK, str(tmp_path), NAME]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    said = {process.communicate(timeout=60)[0].strip() for process in started}
    assert said == {secret(tmp_path, NAME)}


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 64])
def test_half_a_key_is_refused_instead_of_used(content: bytes, tmp_path: Path) -> None:
    """A power cut while it was written, or a restore that went wrong."""
    path = tmp_path / "keys" / NAME
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="backup"):
        secret(tmp_path, NAME)
    assert path.read_bytes() == content, "whatever it was, nobody else throws it away"


def test_a_key_that_anybody_could_guess_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATHAUS_TOWN_KEY", "wiesmoor")
    with pytest.raises(SettingsError, match="RATHAUS_TOWN_KEY"):
        secret(tmp_path, NAME)
    monkeypatch.setenv("RATHAUS_TOWN_KEY", "k" * 40)
    assert secret(tmp_path, NAME) == "k" * 40
    assert not os.listdir(tmp_path)
