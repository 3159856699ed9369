"""A verification that is killed goes on; one that runs long tells how far it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from rathaus.core.events import new_chain, record
from rathaus.core.jobs import enqueue, run_pending
from rathaus.core.models import Event
from rathaus.organisation.models import Office
from rathaus.records import verify
from rathaus.records.evidence import actions, cli, jobs, runs
from rathaus.records.evidence.models import VerificationRun
from rathaus.records.intake.events import Viewed
from rathaus.records.models import Case
from rathaus.records.verify import Verification
from tests.records.conftest import file, open_case
from tests.records.evidence.conftest import ACTOR
from tests.support.database import child_environment
from tests.support.tamper import execute, without_guards

CHILD = """
import os, signal, sys
import django; django.setup()
from rathaus.records.evidence import runs
runs.BATCH = 2
left = [int(sys.argv[2])]
def progress(run):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
runs.go_on(int(sys.argv[1]), progress=progress)
"""


@pytest.fixture
def many(offices: dict[str, Office], plan: int, monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    monkeypatch.setattr(runs, "BATCH", 2)
    found = [open_case(offices["buergerbuero"], title=f"Fall {n}") for n in range(7)]
    for case in found:
        file(case, b"Inhalt " * 2000 + case.title.encode(), title="Brief")
    actions.seal_all(actor=ACTOR)
    return found


@pytest.mark.django_db(transaction=True)
def test_killed_and_gone_on(many: list[Case]) -> None:
    execute("UPDATE records_document SET title = 'X' WHERE case_id = %s", many[0].pk)
    execute("UPDATE records_document SET title = 'Y' WHERE case_id = %s", many[6].pk)
    run = runs.start(requested_by="test")
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(run.pk), "2"],
        env={**os.environ, **child_environment()},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    run.refresh_from_db()
    assert (run.state, run.done, run.found) == ("running", 4, 1)
    assert runs.unfinished() == run
    assert runs.go_on(run.pk)
    run.refresh_from_db()
    assert (run.state, run.counts["cases"], run.found) == ("done", 7, 2)
    assert run.findings.count() == 2
    assert runs.unfinished() is None


PHASES = """
import os, signal, sys
import django; django.setup()
from rathaus.records.evidence import runs
runs.BATCH, runs.CHAINS = 100, 2
def progress(run):
    seen = (run.phase, run.after or run.place)
    if run.phase == sys.argv[2] and seen[1]:
        print(*seen)
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)
runs.go_on(int(sys.argv[1]), progress=progress)
"""


@pytest.mark.django_db(transaction=True)
def test_killed_among_what_belongs_to_no_case(
    many: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        chains = [new_chain("probe") for _ in range(7)]
        for chain in chains:
            record(chain, Viewed(), actor=ACTOR)
    actions.seal_all(actor=ACTOR)
    with without_guards():
        Event.objects.filter(chain=chains[3]).update(hash="x")
    run = runs.start(requested_by="test")
    places = []
    for phase in ("rest", "sealed"):
        done = subprocess.run(
            [sys.executable, "-c", PHASES, str(run.pk), phase],
            env={**os.environ, **child_environment()},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        run.refresh_from_db()
        places.append(run.place)
        assert (run.phase, f"{run.phase} {run.place}") == (phase, done.stdout.strip())
    assert all(places)
    monkeypatch.setattr(runs, "CHAINS", 2)
    looked: list[Any] = []
    chain_of = Verification._other_chain
    monkeypatch.setattr(
        Verification,
        "_other_chain",
        lambda check, chain: (looked.append(chain), chain_of(check, chain)),
    )
    assert runs.go_on(run.pk)
    run.refresh_from_db()
    assert not looked  # that phase is over and is not begun again
    whole = verify.run()
    assert run.counts["chains"] == whole.chains
    assert run.found >= 1
    assert {row.what for row in run.findings.all()} >= {one.what for one in whole.findings}


@pytest.mark.django_db
def test_two_at_once_do_nothing_twice(many: list[Case]) -> None:
    run = runs.start(requested_by="test")
    stale = VerificationRun.objects.get(pk=run.pk)
    assert runs._step(VerificationRun.objects.get(pk=run.pk))
    assert not runs._step(stale)
    run.refresh_from_db()
    assert run.done == 2


@pytest.mark.django_db
def test_as_a_job(many: list[Case]) -> None:
    run = runs.start(requested_by="Meike Ulrichs")
    enqueue(jobs.verify, run=run.pk)
    run_pending()
    run.refresh_from_db()
    assert (run.state, run.found) == ("done", 0)


@pytest.mark.django_db
def test_in_slices(many: list[Case]) -> None:
    run = runs.start(requested_by="test")
    assert not runs.go_on(run.pk, until=timezone.now())
    run.refresh_from_db()
    assert run.done == 2
    runs.stop(run)
    assert runs.go_on(run.pk)
    run.refresh_from_db()
    assert (run.state, run.done) == ("stopped", 2)


@pytest.mark.django_db
def test_a_sample_reads_fewer_files_but_all_rows(many: list[Case]) -> None:
    run = runs.start(requested_by="test", sample=1)
    runs.go_on(run.pk)
    run.refresh_from_db()
    assert run.counts["documents"] == 7
    assert run.counts["files"] < 7
    execute("UPDATE records_document SET title = 'X' WHERE case_id = %s", many[3].pk)
    run = runs.start(requested_by="test", sample=1)
    runs.go_on(run.pk)
    run.refresh_from_db()
    assert run.found == 1


@pytest.mark.django_db
def test_only_what_happened_lately(many: list[Case]) -> None:
    run = runs.start(requested_by="test", since=timezone.now() + timedelta(days=1))
    runs.go_on(run.pk)
    run.refresh_from_db()
    assert run.counts.get("cases", 0) == 0
    assert run.counts["seals"] == 1


@pytest.mark.django_db
def test_the_command_goes_on(
    many: list[Case], capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    run = runs.start(requested_by="test")
    runs._step(run)
    assert cli.verify_command() == 0
    said = capsys.readouterr().out
    assert "Weiter bei 2 von 8" in said and "7 Vorgänge" in said
    assert cli.verify_command(json=True, anchors=tmp_path / "fehlt") == 2
    capsys.readouterr()
    (tmp_path / "siegel").write_text(f"Siegel 9 vom 2027-01-01T00:00:00Z {'a' * 64}")
    assert cli.verify_command(json=True, anchors=tmp_path / "siegel") == 1
    data = json.loads(capsys.readouterr().out)
    assert data["findings"][0]["what"] == "older state restored"


@pytest.mark.django_db(transaction=True)
def test_a_town_that_goes_on_working_is_not_called_damaged(
    many: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document is filed just between reading the rows and reading the history."""
    load, filed = verify._load, []

    def load_and_file(keys: list[int]) -> list[Case]:
        rows = load(keys)
        if many[0].pk in keys and not filed:
            filed.append(file(many[0], b"Nachtrag " * 300, title="Nachtrag"))
        return rows

    monkeypatch.setattr(verify, "_load", load_and_file)
    run = runs.start(requested_by="test")
    runs.go_on(run.pk)
    run.refresh_from_db()
    assert filed and not run.found
    assert run.done == run.total, (run.done, run.total)
