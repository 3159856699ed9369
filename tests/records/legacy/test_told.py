"""What a records manager reads when something of an import does not go."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from rathaus.core import storage, virus
from rathaus.core.jobs import run_pending
from rathaus.core.models import Event, Job
from rathaus.desk import history
from rathaus.records.legacy import actions, problems, queries
from rathaus.records.legacy.models import ImportItem, ImportRun
from rathaus.records.legacy.states import RunState
from tests.records.legacy.conftest import MANAGER, MakeRun, Writer, carry_out, settle

HEAD = b"Datei;Aktenplan;Akte;Datum;Abgeschlossen\r\n"


def test_names_that_no_file_can_have_are_missing_files(make: MakeRun, write: Writer) -> None:
    write("a.txt", b"a")
    lines = [b"a.txt/b.txt;33.20;A;;", b"a" * 300 + b".txt;33.20;A;;", b"weg/a.txt;33.20;A;;"]
    run = make(HEAD + b"\r\n".join(lines))
    assert set(run.items.values_list("problem", flat=True)) == {"missing"}


def test_a_link_on_the_way_is_still_called_a_link(
    make: MakeRun, write: Writer, base: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes(b"geheim")
    (base / "ordner").symlink_to(tmp_path)
    (base / "datei.txt").symlink_to(tmp_path / "a.txt")
    run = make(HEAD + b"ordner/a.txt;33.20;A;;\r\ndatei.txt;33.20;A;;")
    assert set(run.items.values_list("problem", flat=True)) == {"symlink"}


def test_the_value_told_is_the_one_that_is_wrong(make: MakeRun, write: Writer) -> None:
    write("a.txt", b"a")
    run = make(HEAD + b"a.txt;33.20;A;31.02.1999;irgendwann\r\n;33.20;A;;niemals")
    assert list(run.items.order_by("position").values_list("problem", "detail")) == [
        ("bad_date", "31.02.1999"),
        ("no_file", ""),
    ]


@pytest.mark.one_database
@pytest.mark.parametrize("code", problems.CODES)
def test_each_problem_is_a_whole_sentence(code: str) -> None:
    assert problems.text(code).endswith(".") and not problems.text(code).endswith(":.")
    assert problems.text(code, "X").endswith(" X")


def test_a_file_too_large_for_the_scanner_holds_up_no_other(
    make: MakeRun, write: Writer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scan(content: bytes) -> virus.Verdict:
        if len(content) > 10:
            raise virus.TooLargeToScan("large")
        return virus.Verdict("clean")

    monkeypatch.setattr(virus, "scan", scan)
    write("33.20/Harms/a gross.bin", b"x" * 11)
    write("33.20/Harms/b klein.txt", b"klein")
    run = carry_out(make(closing="open"))
    assert (run.state, run.done, run.failed) == (RunState.DONE, 1, 1)
    assert ImportItem.objects.get(problem="unscanned").path == "33.20/Harms/a gross.bin"


def test_a_silent_scanner_is_said_and_forgotten_again(
    make: MakeRun, write: Writer, settings: Any
) -> None:
    write("33.20/Harms/a.txt", b"a")
    run = make(closing="open")
    settings.RATHAUS_CLAMD = f"tcp:127.0.0.1:{_closed_port()}"
    run = carry_out(run)
    assert (run.state, run.done) == (RunState.RUNNING, 0)
    assert "Virenscanner antwortet nicht" in run.reason_said
    with translation.override("en"):
        assert "virus scanner" in run.reason_said
    settings.RATHAUS_CLAMD = ""
    Job.objects.filter(name="legacy.work").update(run_at=run.created_at)
    run_pending()
    run.refresh_from_db()
    assert (run.state, run.done, run.reason) == (RunState.DONE, 1, "")


def test_a_full_disk_is_said_and_forgotten_again(
    make: MakeRun, write: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("33.20/Harms/a.txt", b"x" * 20_000)
    run = make(closing="open")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "_through", full)
        run = carry_out(run)
    assert (run.state, run.done) == (RunState.RUNNING, 0)
    assert "kein Speicherplatz" in run.reason_said
    Job.objects.filter(name="legacy.work").update(run_at=run.created_at)
    run_pending()
    run.refresh_from_db()
    assert (run.state, run.done, run.reason) == (RunState.DONE, 1, "")


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_history_says_where_an_import_went(make: MakeRun, write: Writer) -> None:
    write("33.20/Harms/a.txt", b"a")
    write("oben.txt", b"x")
    run = carry_out(make(closing="open"))
    moved = Event.objects.filter(chain=run.chain, type="legacy.run_moved").order_by("seq")
    words = [history.entry(row).detail for row in moved.select_related("personal_row")]
    assert words[0] == "wird gelesen"
    assert words[-1] == "fertig · 2 Dateien gelesen, 1 übernommen, 1 mit Problem"


def test_real_problems_come_before_what_is_there_already(make: MakeRun, write: Writer) -> None:
    for number in range(3):
        write(f"33.20/Harms/{number}.txt", b"%d" % number)
    carry_out(make(closing="open"))
    write("oben.txt", b"x")
    again = make(closing="open")
    assert isinstance(again, ImportRun)
    assert [item.problem for item in queries.first_problems(again, 2)] == ["shallow", "known"]
    actions.move(run=again, step="cancel", actor=MANAGER)
    settle(again)
