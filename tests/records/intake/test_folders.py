"""Watched folders: half-written files, hostile names, links, and kill -9 between any two steps."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connections

from rathaus.core import clock, storage
from rathaus.core.clock import now
from rathaus.core.models import Event
from rathaus.records.intake import actions
from rathaus.records.intake.errors import SourceRefused
from rathaus.records.intake.models import Folder, Item
from rathaus.records.intake.sources import folders
from rathaus.records.models import Case
from tests.records.intake.making import CLERK, pdf

receiving = importlib.import_module("rathaus.records.intake.actions.receive")
Look = Callable[..., int]


@pytest.fixture
def folder(case: Case, tmp_path: Path, settings: Any) -> Folder:
    settings.RATHAUS_INTAKE_FOLDERS = [str(tmp_path)]
    (tmp_path / "scan").mkdir()
    return actions.add_folder(
        office=case.office, kind="scan", path=str(tmp_path / "scan"), actor=CLERK
    )


@pytest.fixture
def look(folder: Folder) -> Look:
    """Look twice, a minute apart: what did not change in between is taken."""
    start = now()
    looks = iter(range(1, 99))

    def twice(*, rounds: int = 2) -> int:
        taken = 0
        for _ in range(rounds):
            with time_machine.travel(start + timedelta(minutes=next(looks))):
                taken += folders.run(folder.pk)
        return taken

    return twice


def files(folder: Folder, below: str = "") -> list[str]:
    root = Path(folder.path) / below
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def test_a_settled_file_is_taken_once_and_put_away(folder: Folder, look: Look) -> None:
    path = Path(folder.path) / "brief.pdf"
    path.write_bytes(pdf("Brief"))
    assert look(rounds=1) == 0
    assert look(rounds=1) == 1
    assert files(folder) == ["erledigt/brief.pdf"]
    item = Item.objects.get()
    assert (item.source, item.name, item.read()) == ("scan", "brief.pdf", pdf("Brief"))
    assert item.source_detail == f"{folder.path}/brief.pdf"
    folder.refresh_from_db()
    assert (folder.taken, folder.last_error) == (1, "")


def test_a_file_has_arrived_when_it_came_not_when_its_device_says(
    folder: Folder, look: Look
) -> None:
    path = Path(folder.path) / "brief.pdf"
    before = now() - timedelta(seconds=1)
    path.write_bytes(pdf("Brief"))
    os.utime(path, (86_400, 86_400))  # the scanner's battery is empty: it is 1970
    assert look() == 1
    assert before <= Item.objects.get().received_at <= now()


def test_a_file_that_still_grows_is_left_alone(folder: Folder, look: Look) -> None:
    path = Path(folder.path) / "gross.pdf"
    for size in (1, 2, 3):
        path.write_bytes(b"x" * size)
        assert look(rounds=1) == 0
    assert look(rounds=1) == 1
    assert Item.objects.get().read() == b"xxx"


def test_nested_folders_and_hostile_names(folder: Folder, look: Look) -> None:
    root = Path(folder.path)
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "tief.txt").write_text("tief")
    (root / "..punkt..txt").write_text("versteckt")
    (root / "zeile\nneu;rm -rf.txt").write_text("zeile")
    (root / "wird.pdf.part").write_text("halb")
    with open(os.path.join(os.fsencode(root), b"k\xff\xfe.txt"), "wb") as file:
        file.write(b"kein utf-8")
    assert look() == 3
    assert {item.read() for item in Item.objects.all()} == {b"tief", b"zeile", b"kein utf-8"}
    assert all("\n" not in item.name for item in Item.objects.all())
    assert (root / "erledigt" / "a" / "b" / "tief.txt").exists()
    assert (root / "wird.pdf.part").exists()


def test_links_are_never_followed(folder: Folder, look: Look, tmp_path: Path) -> None:
    secret = tmp_path / "geheim.txt"
    secret.write_text("geheim")
    (tmp_path / "draussen").mkdir()
    (tmp_path / "draussen" / "x.txt").write_text("x")
    root = Path(folder.path)
    (root / "link.txt").symlink_to(secret)
    (root / "ordner").symlink_to(tmp_path / "draussen")
    os.mkfifo(root / "rohr")
    assert look() == 0
    assert secret.exists()
    assert (tmp_path / "draussen" / "x.txt").exists()


def test_a_folder_that_became_a_link_is_refused(folder: Folder, look: Look, tmp_path: Path) -> None:
    root = Path(folder.path)
    root.rmdir()
    outside = tmp_path.parent / f"{tmp_path.name}-aussen"
    outside.mkdir()
    (outside / "x.txt").write_text("x")
    root.symlink_to(outside)
    assert look() == 0
    folder.refresh_from_db()
    assert "nicht unter den erlaubten" in folder.last_error
    assert (outside / "x.txt").exists()


def test_empty_and_huge_files_go_aside(folder: Folder, look: Look, settings: Any) -> None:
    settings.RATHAUS_INTAKE_MAX_MB = 1
    (Path(folder.path) / "leer.txt").touch()
    (Path(folder.path) / "riesig.bin").write_bytes(b"x" * (1024 * 1024 + 1))
    assert look() == 0
    assert files(folder) == ["abgelehnt/leer.txt", "abgelehnt/riesig.bin"]


def test_the_same_name_with_other_content_is_another_item(folder: Folder, look: Look) -> None:
    for content in (b"eins", b"zwei", b"eins"):
        (Path(folder.path) / "scan001.txt").write_bytes(content)
        look()
    assert sorted(item.read() for item in Item.objects.all()) == [b"eins", b"zwei"]
    assert files(folder, "erledigt") == ["scan001 (2).txt", "scan001 (3).txt", "scan001.txt"]
    assert Event.objects.filter(type="intake.received_again").count() == 1


def test_what_cannot_be_read_is_named_and_holds_up_nothing(
    folder: Folder, look: Look, monkeypatch: Any
) -> None:
    root = Path(folder.path)
    (root / "a-gesperrt").mkdir()
    for name in ("a-gesperrt/x.txt", "b-gesperrt.txt", "c-brief.txt"):
        (root / name).write_text(name)
    real = os.open

    def opened(path: Any, *args: Any, **more: Any) -> int:
        if "gesperrt" in str(path) and more.get("dir_fd") is not None:
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **more)

    monkeypatch.setattr(folders.os, "open", opened)
    monkeypatch.setattr(folders, "AT_ONCE", 1)
    assert look(rounds=4) == 1
    assert Item.objects.get().name == "c-brief.txt"
    folder.refresh_from_db()
    assert "2 Dateien oder Ordner lassen sich nicht lesen" in folder.last_error
    assert "a-gesperrt" in folder.last_error


def test_what_cannot_be_put_away_is_named_and_taken_once(
    folder: Folder, look: Look, monkeypatch: Any
) -> None:
    root = Path(folder.path)
    (root / "a.txt").write_text("a")
    (root / "b.txt").write_text("b")
    real = os.rename

    def renamed(source: Any, *args: Any, **more: Any) -> None:
        if source == "a.txt":
            raise PermissionError(13, "Permission denied")
        real(source, *args, **more)

    monkeypatch.setattr(folders.os, "rename", renamed)
    assert look(rounds=5) == 2
    folder.refresh_from_db()
    assert folder.taken == 2
    assert "nicht nach „erledigt“ verschieben" in folder.last_error
    assert files(folder) == ["a.txt", "erledigt/b.txt"]
    item = Item.objects.get(name="a.txt")
    assert not Event.objects.filter(chain=item.chain, type="intake.received_again").exists()


def test_a_full_disk_leaves_the_files_where_they_are(
    folder: Folder, look: Look, monkeypatch: Any
) -> None:
    (Path(folder.path) / "gross.txt").write_bytes(b"x" * 20_000)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "_through", full)
        assert look() == 0
    folder.refresh_from_db()
    assert "kein Speicherplatz" in folder.last_error
    assert look() == 1
    folder.refresh_from_db()
    assert folder.last_error == ""


def test_where_folders_may_be(folder: Folder, case: Case, tmp_path: Path) -> None:
    (tmp_path / "scan" / "darin").mkdir()
    for path in (str(tmp_path / "scan" / "darin"), folder.path, "/etc", "scan", "/", "", "\0"):
        with pytest.raises(SourceRefused):
            actions.add_folder(office=case.office, kind="scan", path=path, actor=CLERK)


STEPS = ("before storing", "after storing", "inside the transaction", "before the commit",
         "after the commit", "before the move", "after the move")  # fmt: skip


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(step: str) -> None:
    """Let this process end without a word at a step."""
    module: Any
    module, name = {
        "before storing": (storage, "put"),
        "after storing": (storage, "put"),
        "inside the transaction": (receiving, "enqueue_check"),
        "before the commit": (receiving, "enqueue_check"),
        "after the commit": (folders, "receive"),
        "before the move": (folders, "_put_away"),
        "after the move": (folders, "_put_away"),
    }[step]
    real = getattr(module, name)

    def then_die(*args: Any, **more: Any) -> None:
        real(*args, **more)
        die()

    late = step in {"after storing", "before the commit", "after the commit", "after the move"}
    setattr(module, name, then_die if late else die)


def killed_at(step: str, folder: Folder, moment: Any) -> None:
    """Look into the folder in a process of its own, which is killed at `step`."""
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            die_at(step)
            with clock.shifted(moment):
                folders.run(folder.pk)
        finally:
            os._exit(1)  # it should have been dead by now
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), step


@pytest.mark.django_db(transaction=True)
def test_kill_9_between_any_two_steps_loses_and_doubles_nothing(folder: Folder) -> None:
    for number, step in enumerate(STEPS):
        content = pdf(f"Brief {number}")
        path = Path(folder.path) / f"{number}.pdf"
        path.write_bytes(content)
        folders.run(folder.pk)  # seen for the first time
        killed_at(step, folder, now() + timedelta(minutes=2))
        stored = Item.objects.filter(name=path.name).count()
        assert path.exists() or stored == 1, step
        for later in (3, 4):
            with clock.shifted(now() + timedelta(minutes=later)):
                folders.run(folder.pk)
        found = Item.objects.filter(name=path.name)
        assert [item.read() for item in found] == [content], step
        assert not path.exists(), step
