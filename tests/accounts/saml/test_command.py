"""``rathaus identity``: exit codes, JSON, key roll-over by an operator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rathaus import cli, doctor
from rathaus.accounts.sources import keys
from tests.accounts.saml import idp
from tests.support import identity

pytestmark = pytest.mark.one_database


@pytest.fixture
def land(tmp_path: Path) -> None:
    """A town with one source, whose keys and metadata are there."""
    (tmp_path / "land.xml").write_bytes(idp.metadata(identity.pair(keys.IDP).certificate))
    (tmp_path / "identity.yaml").write_text(
        "- {key: land, kind: saml, label: Konto des Landes, metadata: land.xml}\n"
    )
    identity.install(tmp_path, "land")


def run(*arguments: str) -> int:
    return cli.main(["identity", *arguments])


def test_check(land: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check") == 0
    assert "ok    land" in capsys.readouterr().out
    assert run("check", "land", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["problems"] == []
    assert report["sources"][0]["configured"] is True
    assert report["sources"][0]["certificates"][0]["days_left"] > 1000


def test_check_finds_something(
    land: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "land.xml").unlink()
    assert run("check") == 1
    out = capsys.readouterr().out
    assert "LOOK  land" in out
    assert "land.xml fehlen" in out
    (tmp_path / "identity.yaml").write_text("- {key: land, kind: saml}\n")
    assert run("check", "--json") == 1
    assert "„label“ fehlt" in " ".join(json.loads(capsys.readouterr().out)["problems"])


def test_wrong_use(land: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "nobody") == 2
    assert run("keys", "nobody") == 2
    assert "Eingerichtet: land." in capsys.readouterr().err
    with pytest.raises(SystemExit) as caught:
        run("keys", "land", "break")
    assert caught.value.code == 2


def test_change_of_keys(land: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("keys", "land", "roll") == 1
    assert run("keys", "land", "drop") == 1
    before = identity.pair("sp-signing").certificate_pem
    for use in keys.USES:
        identity.put(keys.folder("land"), identity.pair("stranger"), use + keys.NEXT)
    assert run("keys", "land", "next") == 0
    assert run("keys", "land", "roll") == 0
    assert keys.ensure("land", "sp-signing").certificate_pem != before
    assert run("keys", "land", "drop", "--json") == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert [row["use"] for row in json.loads(last)["keys"]] == ["sp-signing", "sp-encryption"]


def test_fetching_says_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "identity.yaml").write_text(
        "- {key: land, kind: saml, label: Land, metadata: 'https://konto.example/m'}\n"
    )
    identity.install(tmp_path, "land")
    assert run("check", "--fetch") == 1
    assert "RATHAUS_IDENTITY_HOSTS" in capsys.readouterr().out


def test_the_doctor_tells(land: None, tmp_path: Path) -> None:
    assert doctor._identity().ok
    (tmp_path / "land.xml").write_text("<a/>")
    found = doctor._identity()
    assert not found.ok
    assert "land: Die Metadaten beschreiben" in found.advice
