"""The queue: nothing twice, nothing lost, nothing held up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from rathaus.core.clock import now
from rathaus.core.jobs import claim, enqueue, job, run, run_pending
from rathaus.core.models import Event, Job
from rathaus.records.models import Case, DocumentVersion, Rendition
from rathaus.records.renditions import actions, jobs, making, queries, states
from rathaus.records.renditions.cli import make_command, show_command
from rathaus.records.renditions.models import PageRead, RenditionWork
from tests.records.renditions import making as papers
from tests.records.renditions.conftest import File, made, work_on
from tests.support.database import database_url


@pytest.mark.django_db
def test_filing_costs_nothing_for_it(case: Case, filed: File) -> None:
    filed(papers.page())
    assert not RenditionWork.objects.exists()
    assert set(Job.objects.values_list("name", flat=True)) == {"records.index"}


@pytest.mark.django_db
def test_a_document_with_many_scans_lets_other_jobs_through(
    filed: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATHAUS_OCR_PROCESSES", "1")
    order: list[str] = []

    @job("tests.small")
    def small() -> None:
        order.append("small")

    read = making.pdfs._read

    def noted(*args: Any) -> None:
        order.append("page")
        if len(order) == 1:
            enqueue(small)
        read(*args)

    monkeypatch.setattr(making.pdfs, "_read", noted)
    filed(papers.scanned(papers.SENTENCE, papers.OTHER, papers.SENTENCE))
    run_pending()
    assert order == ["page", "small", "page", "page"]


@pytest.mark.django_db
def test_light_work_goes_before_scans(filed: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATHAUS_OCR_PROCESSES", "1")
    scan = filed(papers.scanned(papers.SENTENCE, papers.OTHER))
    run_pending(limit=2)
    light = filed(papers.page(), "b.pdf")
    actions.queue([light])
    jobs.work()
    assert RenditionWork.objects.get(version=light).state == "done"
    assert RenditionWork.objects.get(version=scan).state != "done"


@pytest.mark.django_db
def test_what_is_asked_for_twice_is_made_once(filed: File) -> None:
    version = filed(papers.page())
    run_pending()
    assert actions.queue([version]) == 0
    actions.ensure(version)
    run_pending()
    assert Event.objects.filter(type="rendition.added").count() == 3


@pytest.mark.django_db
def test_who_lost_the_lease_writes_nothing(filed: File, monkeypatch: pytest.MonkeyPatch) -> None:
    version = filed(papers.page())
    run_pending(limit=1)
    mine = actions.take(heavy=False)
    assert mine and actions.take(heavy=False) is None
    RenditionWork.objects.update(lease_until=now() - timedelta(seconds=1))
    other = actions.take(heavy=False)
    assert other and other.lease_token != mine.lease_token
    making.step(mine)
    assert not Rendition.objects.exists()
    making.step(other)
    assert Rendition.objects.filter(version=version).count() == 3
    making.step(mine)
    assert Event.objects.filter(type="rendition.added").count() == 3


@pytest.mark.django_db
def test_what_takes_its_worker_down_each_time_is_given_up(filed: File) -> None:
    version = filed(papers.page())
    run_pending(limit=1)
    for _ in range(actions.MAX_TRIES):
        assert actions.take(heavy=False)
        RenditionWork.objects.update(lease_until=now() - timedelta(seconds=1))
    assert actions.take(heavy=False) is None
    work = RenditionWork.objects.get(version=version)
    assert (work.state, work.reason) == ("failed", "crash")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_rendition(filed: File) -> None:
    version = filed(papers.scanned())
    run_pending(limit=1)

    def one() -> None:
        try:
            jobs.work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run_pending()
    assert RenditionWork.objects.get(version=version).state == "done"
    assert sorted(made(version)) == ["pdf", "preview", "text"]
    assert Event.objects.filter(type="rendition.added").count() == 3
    assert not PageRead.objects.exists()


CHILD = """
import django
django.setup()
from rathaus.records.renditions import actions, making, pdfs
def hang(*args):
    print("reading", flush=True)
    import time
    time.sleep(600)
pdfs.{where} = hang
work = actions.take(heavy={heavy})
making.step(work)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("where", "heavy"), [("_archive", False), ("_finish", False)])
def test_killed_in_the_middle_it_is_made_by_the_next(
    filed: File, tmp_path: Path, where: str, heavy: bool, settings: Any
) -> None:
    version = filed(papers.page())
    run_pending(limit=1)
    environment = {
        **os.environ,
        "RATHAUS_CHILD": "1",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "RATHAUS_DATA": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    source = CHILD.format(where=where, heavy=heavy)
    with subprocess.Popen(
        [sys.executable, "-c", source], env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stdout.readline() == b"reading\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    work = RenditionWork.objects.get(version=version)
    assert work.state == "running" and not made(version)
    assert actions.take(heavy=heavy) is None, "the lease still holds"
    RenditionWork.objects.update(lease_until=now() - timedelta(seconds=1))
    jobs.look_after()
    assert work_on(version).state == "done"
    assert set(made(version)) == {"pdf", "preview", "text"}


@pytest.mark.django_db
def test_the_command_line_shows_and_queues(filed: File, capsys: pytest.CaptureFixture[str]) -> None:
    filed(b"%PDF-1.7 kaputt")
    good = filed(papers.page(), "b.pdf")
    run_pending()
    assert show_command(json=True) == 1
    state = json.loads(capsys.readouterr().out)
    assert (state["done"], state["failed"], state["failures"]) == (1, 1, {"broken": 1})
    assert state["last_hour"]["documents"] == 2
    assert make_command(failed=True, everything=True) == 2
    capsys.readouterr()
    assert make_command(failed=True, everything=False, json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"queued": 1}
    run_pending()
    assert make_command(failed=False, everything=True, json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"queued": 2}
    run_pending()
    assert RenditionWork.objects.get(version=good).state == "done"
    assert show_command() == 1
    assert "Datei ist beschädigt" in capsys.readouterr().out


@pytest.mark.django_db
def test_all_makes_also_what_never_was_made(filed: File) -> None:
    version = filed(papers.page())
    Job.objects.all().delete()
    assert actions.make_all() == 1
    assert work_on(version).state == "done"


@pytest.mark.django_db
def test_a_damaged_original_says_so_and_a_destroyed_one_too(filed: File) -> None:
    from rathaus.core import storage

    damaged, gone = filed(papers.page()), filed(papers.page(papers.OTHER), "b.pdf")
    path = storage.storages["records"].path(damaged.blob.name)
    os.chmod(path, 0o600)
    Path(path).write_bytes(b"RB1" + b"\x00" * 100)
    storage.shred(gone.blob)
    for version in (damaged, gone):
        DocumentVersion.objects.get(pk=version.pk)
    run_pending()
    reasons = dict(RenditionWork.objects.values_list("version_id", "reason"))
    assert reasons == {damaged.pk: "damaged", gone.pk: "destroyed"}
    assert not Job.objects.exclude(state="done").exists()


@pytest.mark.django_db
def test_pictures_of_destroyed_documents_are_gone_with_their_bytes(filed: File) -> None:
    from rathaus.core import storage

    version = filed(papers.page())
    run_pending()
    for row in Rendition.objects.filter(version=version).select_related("blob"):
        storage.shred(row.blob)
    assert queries.picture(version, 1) is None and queries.text(version) == []


@pytest.mark.one_database
def test_the_table_of_states_is_complete() -> None:
    reached = {step.target for step in states.TRANSITIONS}
    assert reached == set(states.WorkState) - {states.WorkState.NOT_NEEDED}
    for step in states.TRANSITIONS:
        assert states.transition(step.name) is step
    with pytest.raises(KeyError):
        states.transition("fly")


def test_running_jobs_are_claimed_and_run(db: None) -> None:
    actions.wake()
    actions.wake()
    rows = claim("worker")
    assert [row.name for row in rows] == ["renditions.work"]
    assert run(rows) == rows
    assert not claim("worker")
