"""kill -9 in the middle of an import: it goes on, and nothing is there twice or half."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from django.db import transaction

from rathaus.records import verify
from rathaus.records.disposal import removal
from rathaus.records.legacy import actions, advance, cli
from rathaus.records.legacy.models import Imported, ImportItem, ImportRun
from rathaus.records.models import Case, Document
from tests.records.legacy.conftest import MANAGER, MakeRun, Writer
from tests.support.database import child_environment
from tests.support.tamper import without_guards

# The child stops itself by the signal that nobody can catch, right after some documents were
# filed and in the middle of a piece whose transaction is open.
CHILD = """
import os, signal, sys
import django
django.setup()
from rathaus.records.legacy import advance, filing
from rathaus.records.legacy.models import ImportRun
filing.PIECE = 4
calls = 0
original = filing._one
def one(*args):
    global calls
    original(*args)
    calls += 1
    if calls == 6:
        os.kill(os.getpid(), signal.SIGKILL)
filing._one = one
advance.one_slice(ImportRun.objects.select_related("office", "chain").get(pk=int(sys.argv[1])))
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_goes_on(make: MakeRun, write: Writer) -> None:
    for number in range(10):
        write(f"33.20/Akte {number % 3} 2004/{number}.txt", b"%d" % number)
    run = make()
    actions.move(run=run, step="start", actor=MANAGER, work=False)
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(run.pk)],
        env={**os.environ, **child_environment()},
        capture_output=True,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()[-2000:]
    run.refresh_from_db()
    assert (run.done, run.ready) == (4, 6)  # one whole piece, nothing of the second
    assert Document.objects.count() == Imported.objects.count() == 4
    assert run.worker  # the lease of the dead
    assert cli.import_command(cli.Wanted(resume=run.reference, json=True)) == 0
    run.refresh_from_db()
    assert (run.state, run.done, run.ready) == ("done", 10, 0)
    assert Document.objects.count() == Imported.objects.count() == 10
    assert not Case.objects.filter(state="open").exists()
    assert not ImportItem.objects.filter(run=run, document=None).exists()
    assert verify.run().ok


@pytest.mark.django_db
def test_the_command_reads_then_files(
    make: MakeRun, write: Writer, base: object, capsys: pytest.CaptureFixture[str]
) -> None:
    write("33.20 Melde/Harms 2004/a.txt", b"a")
    write("33.20 Melde/Harms 2004/leer.txt", b"")
    make(read=False)  # offices and plan
    folder = write("33.20 Melde/Harms 2004/b.txt", b"b").parents[2]
    values = {"source": folder, "office": "buergerbuero", "by": "Insa Cordes"}
    assert cli.import_command(cli.Wanted(**values, dry_run=True)) == 1  # type: ignore[arg-type]
    assert not Document.objects.exists()
    run = ImportRun.objects.latest("pk")
    report = folder / "bericht.csv"
    assert cli.import_command(cli.Wanted(resume=run.reference, report=report)) == 1
    assert Document.objects.count() == 2
    assert "Die Datei ist leer." in report.read_text("utf-8-sig")
    capsys.readouterr()
    assert cli.import_command(cli.Wanted(resume="UE-0000-0000")) == 2
    assert cli.import_command(cli.Wanted(source=folder, office="niemand")) == 2
    bad = {**values, "levels": "regal/akte"}
    assert cli.import_command(cli.Wanted(**bad)) == 2  # type: ignore[arg-type]
    assert "buergerbuero" in capsys.readouterr().err


@pytest.mark.django_db
def test_a_paused_run_is_left_alone(make: MakeRun, write: Writer) -> None:
    write("33.20/Harms/a.txt", b"a")
    run = make()
    actions.move(run=run, step="start", actor=MANAGER, work=False)
    actions.move(run=run, step="pause", actor=MANAGER)
    assert advance.one_slice(run)
    assert not Document.objects.exists()


@pytest.mark.django_db
def test_what_was_destroyed_does_not_come_back(make: MakeRun, write: Writer) -> None:
    write("33.20/Harms 2004/a.txt", b"a")
    run = make()
    actions.move(run=run, step="start", actor=MANAGER, work=False)
    advance.one_slice(run)
    gone = removal.Gone()
    with without_guards(), transaction.atomic():
        removal.remove_below(Case, [Case.objects.get().pk], gone)
    assert not Document.objects.exists()
    assert Imported.objects.get().document is None
    again = make()
    assert (again.ready, again.duplicates) == (0, 1)
