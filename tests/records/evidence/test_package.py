"""Whoever gets a package can prove it without us, and is told exactly what does not hold."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from rathaus.core.models import Event
from rathaus.records.evidence import package
from rathaus.records.evidence.offline import pruefen
from rathaus.records.models import Case
from tests.records.conftest import CLERK, file
from tests.records.evidence.conftest import seal
from tests.support.tamper import execute

pytestmark = pytest.mark.django_db
Change = Callable[[dict[str, bytes]], None]


def keep(content: IO[bytes], path: Path) -> Path:
    path.write_bytes(content.read())
    return path


@pytest.fixture
def paket(sealed: list[Case], tmp_path: Path) -> Path:
    return keep(package.case_package(sealed[0]), tmp_path / "paket.zip")


def changed(path: Path, change: Change) -> Path:
    """The package after somebody worked on its files."""
    with zipfile.ZipFile(path) as source:
        files = {name: source.read(name) for name in source.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    path.write_bytes(out.getvalue())
    return path


def edit(name: str, alter: Callable[[Any], None]) -> Change:
    def change(files: dict[str, bytes]) -> None:
        data = json.loads(files[name])
        alter(data)
        files[name] = json.dumps(data, ensure_ascii=False).encode()

    return change


def test_an_untouched_package_holds(paket: Path) -> None:
    found = pruefen.pruefe(paket)
    assert found.maengel == []
    assert found.geprueft["Dateien"] == 2
    assert found.geprueft["Beweisdatensätze"] == 3
    assert any("Urkunde" in line or "urkunde" in line for line in found.nachweise)
    assert any("Wurzel" in line for line in found.hinweise)
    assert found.unbelegt == []


def test_the_shipped_file_runs_alone(paket: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(paket) as archive:
        archive.extract("pruefen.py", tmp_path / "allein")
        archive.extract("beweis/zertifikate/01-simulation.pem", tmp_path / "allein")
    command = [sys.executable, "-I", "pruefen.py", str(paket)]
    done = subprocess.run(
        command, cwd=tmp_path / "allein", capture_output=True, text=True, check=False, env={}
    )
    assert done.returncode == 0, done.stderr
    assert "Alles hält" in done.stdout
    root = "beweis/zertifikate/01-simulation.pem"
    done = subprocess.run(
        [*command, "--wurzel", root, "--json"],
        cwd=tmp_path / "allein",
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(done.stdout)["hinweise"] == []


def first(files: dict[str, bytes], ending: str) -> str:
    return next(name for name in files if name.endswith(ending))


def flip(ending: str, place: int) -> Change:
    def change(files: dict[str, bytes]) -> None:
        name = first(files, ending)
        data = bytearray(files[name])
        data[place] ^= 1
        files[name] = bytes(data)

    return change


def swap(files: dict[str, bytes]) -> None:
    one, two = [name for name in files if name.startswith("dokumente/")]
    files[one], files[two] = files[two], files[one]


def exchange_records(files: dict[str, bytes]) -> None:
    one, two = [name for name in files if name.endswith(".ers")][:2]
    files[one], files[two] = files[two], files[one]


CHANGES: list[tuple[str, Change, str]] = [
    ("one byte of a file", flip("urkunde.pdf", 100), "Prüfsumme stimmt nicht"),
    ("files exchanged", swap, "Prüfsumme stimmt nicht"),
    (
        "a file and its digest",
        lambda files: (
            files.update({first(files, "urkunde.pdf"): b"anders"}),
            edit(
                "vorgang.json",
                lambda case: case["documents"][0]["versions"][0].update(
                    sha256="0fc5dfab6bfd64c1c7e5f46e6ba0eb5c0a8ff4aa7ea6ab82a2df3a7e3b53a1f5"
                ),
            )(files),
        )[1],
        "nicht in der Kette",
    ),
    ("a file taken out", lambda files: files.pop(first(files, "urkunde.pdf")) and None, "fehlt"),
    ("a file put in", lambda files: files.update({"dokumente/x.pdf": b"x"}), "gehört nach dem"),
    (
        "an event's actor",
        edit("ereignisse.json", lambda events: events[0]["actor"].update(label="Niemand")),
        "der Inhalt wurde geändert",
    ),
    ("an event taken out", edit("ereignisse.json", lambda events: events.pop(1)), "davor fehlt"),
    ("the last event cut off", edit("ereignisse.json", lambda events: events.pop()), "am Ende"),
    (
        "a title",
        edit("vorgang.json", lambda case: case["documents"][0].update(title="Anders")),
        "Titel, Dateiname",
    ),
    ("evidence exchanged", exchange_records, "der Inhalt ist nicht der versiegelte"),
    ("one byte of a record", flip(".ers", -1), ".ers: "),
    ("one byte of a tree", flip(".ers", 60), ".ers: "),
    (
        "a record taken out",
        lambda files: files.pop(first(files, ".ers")) and None,
        "fehlt im Paket",
    ),
]


@pytest.mark.parametrize(("name", "change", "what"), CHANGES, ids=[c[0] for c in CHANGES])
def test_every_change_is_named(paket: Path, name: str, change: Change, what: str) -> None:
    found = pruefen.pruefe(changed(paket, change))
    assert any(what in line for line in found.maengel), found.maengel
    assert pruefen.main([str(paket)]) == 1


def test_a_whole_history_made_up_is_noticed(sealed: list[Case], tmp_path: Path) -> None:
    """Every hash of the chain is right again, but the seal knows better."""
    from tests.records.evidence.rewriting import rewrite_history

    rewrite_history(sealed[0], label="Jemand anderes")
    path = keep(package.case_package(sealed[0]), tmp_path / "paket.zip")
    found = pruefen.pruefe(path)
    assert found.maengel
    assert all(line.startswith("Verlauf bis Ereignis") for line in found.maengel)


def test_a_foreign_root_is_refused(paket: Path, tmp_path: Path) -> None:
    from rathaus.simulation.timestamps import keys

    pem = keys.signer("foreign").certificate.public_bytes(pruefen._der().PEM)
    (tmp_path / "fremd.pem").write_bytes(pem)
    assert pruefen.main([str(paket), "--wurzel", str(tmp_path / "fremd.pem")]) == 1


@pytest.mark.parametrize("content", [b"", b"PK", b"%PDF-1.7", b"PK\x03\x04" + b"\0" * 40])
def test_what_is_no_package(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert pruefen.main([str(path)]) == 2
    assert pruefen.main([str(tmp_path / "gibt-es-nicht.zip")]) == 2
    assert "Die Prüfung war nicht möglich" in capsys.readouterr().err


def test_a_zip_without_evidence(sealed: list[Case], tmp_path: Path) -> None:
    from rathaus.records import export

    path = keep(export.case_zip(sealed[0]), tmp_path / "paket.zip")
    assert pruefen.main([str(path)]) == 2


def test_what_is_not_sealed_yet_is_told(sealed: list[Case], tmp_path: Path) -> None:
    file(sealed[0], b"Nachtrag", title="Nachtrag", name="nachtrag.txt")
    found = pruefen.pruefe(keep(package.case_package(sealed[0]), tmp_path / "paket.zip"))
    assert found.maengel == []
    assert len(found.unbelegt) == 2
    assert "nachtrag.txt" in found.unbelegt[0] and "Ereignisse 4 bis 4" in found.unbelegt[1]


def test_taking_it_away_leaves_an_event(sealed: list[Case], tmp_path: Path) -> None:
    path = keep(package.hand_out(cases=[sealed[0]], actor=CLERK), tmp_path / "paket.zip")
    event = Event.objects.filter(chain=sealed[0].chain).latest("seq")
    assert event.type == "case.exported"
    assert event.data["size"] == path.stat().st_size


def test_erased_personal_data_is_no_fault(sealed: list[Case], tmp_path: Path) -> None:
    execute("DELETE FROM core_eventpersonaldata")
    seal_again = file(sealed[0], b"x", title="x")
    assert seal_again.pk
    seal()
    assert pruefen.main([str(keep(package.case_package(sealed[0]), tmp_path / "p.zip"))]) == 0


def test_several_cases_in_one_package(sealed: list[Case], tmp_path: Path) -> None:
    path = keep(package.cases_package(sealed), tmp_path / "paket.zip")
    found = pruefen.pruefe(path)
    assert found.maengel == []
    assert found.geprueft["Vorgänge"] == 3
    changed(path, flip("/ereignisse.json", 60))
    assert pruefen.main([str(path)]) in (1, 2)


def no_evidence(files: dict[str, bytes]) -> None:
    proof = json.loads(files["beweis/beweis.json"])
    proof["items"] = []
    files["beweis/beweis.json"] = json.dumps(proof).encode()


def empty_evidence(files: dict[str, bytes]) -> None:
    for name in list(files):
        if name.endswith(".ers"):
            files[name] = pruefen.wrap(0x30, pruefen.wrap(0x30, pruefen.wrap(0x30, b"")))


def test_evidence_left_out_is_told(paket: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = pruefen.pruefe(changed(paket, no_evidence))
    assert len(found.unbelegt) == 3
    assert pruefen.main([str(paket)]) == 0
    assert "durch keinen Zeitstempel belegt" in capsys.readouterr().out


def test_evidence_without_time_stamps(paket: Path) -> None:
    found = pruefen.pruefe(changed(paket, empty_evidence))
    assert len([line for line in found.maengel if "keinen Zeitstempel" in line]) == 3


def test_a_byte_of_the_zip_itself(paket: Path) -> None:
    data = bytearray(paket.read_bytes())
    place = data.index(b"urkunde.pdf") + 20
    data[place] ^= 0xFF
    paket.write_bytes(data)
    found = pruefen.pruefe(paket)
    assert any("urkunde.pdf" in line and "beschädigt" in line for line in found.maengel)
