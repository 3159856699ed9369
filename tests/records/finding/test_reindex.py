"""Reindexing: all of it, in pieces, after a kill; searching works meanwhile."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid

import pytest

from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office, StaffMember
from rathaus.records.finding import cli, reindexing
from rathaus.records.finding.models import Reindex
from rathaus.records.models import Case, Document
from rathaus.search import actions as search
from rathaus.search.models import Entry
from tests.records.conftest import file, open_case
from tests.records.finding.conftest import titles
from tests.support.database import child_environment

pytestmark = pytest.mark.django_db


def run(**more: bool) -> Reindex:
    reindexing.begin(everything=more.get("everything", True))
    while not reindexing.step():
        pass
    return Reindex.objects.get(pk=1)


def test_from_scratch_makes_the_same_entries(record: dict[str, Case]) -> None:
    def entries() -> list[tuple[str, str]]:
        return list(Entry.objects.order_by("kind", "key").values_list("key", "tokens"))

    before = entries()
    Entry.objects.filter(kind="document").delete()
    done = run()
    assert entries() == before
    assert done.done == done.total == Case.objects.count() + Document.objects.count()
    assert done.finished_at is not None


def test_only_what_is_missing(record: dict[str, Case], harms: StaffMember) -> None:
    Document.objects.filter(title="Anmeldung").update(indexed=0)
    Entry.objects.filter(title="Anmeldung").delete()
    assert titles(harms, "bello") == []
    done = run(everything=False)
    assert titles(harms, "bello") == ["Anmeldung"]
    assert done.done == 1


def test_what_the_record_does_not_know_is_taken_out(record: dict[str, Case]) -> None:
    entry = Entry.objects.filter(kind="document").first()
    assert entry is not None
    search.put(
        kind="document", key=str(uuid.uuid4()), title="Weg", body="", scope=entry.scope, at=entry.at
    )
    search.put(kind="service", key="other", title="Weg", body="", scope="public", at=entry.at)
    assert run().removed == 1
    assert Entry.objects.filter(title="Weg").get().kind == "service"


def test_it_goes_on_where_it_was_and_finds_meanwhile(
    offices: dict[str, Office], harms: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindexing, "CASES", 2)
    for number in range(6):
        file(open_case(offices["buergerbuero"]), b"Wort", title=f"Brief {number}")
    run_pending()
    reindexing.begin(everything=True)
    reindexing.step()
    half = Reindex.objects.get(pk=1)
    assert 0 < half.done < half.total
    assert len(titles(harms, "wort")) == 6
    assert reindexing.begin(everything=True).last_case == half.last_case
    assert run().done == half.total


def test_a_case_of_which_erasure_was_asked_stays_hidden(
    record: dict[str, Case], harms: StaffMember
) -> None:
    from rathaus.core.clock import today
    from rathaus.records.disposal import actions as disposal
    from tests.records.conftest import CLERK

    disposal.request_erasure(case=record["dogs"], received_on=today(), actor=CLERK)
    run_pending()
    assert titles(harms, "bello") == []
    run()
    assert titles(harms, "bello") == []


def test_the_command(record: dict[str, Case], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.reindex_command(from_scratch=True, json=True) == 0
    assert json.loads(capsys.readouterr().out)["done"] == 8
    assert cli.reindex_command(from_scratch=False) == 0
    assert "durchsuchbar" in capsys.readouterr().out


CHILD = """
import django; django.setup()
from rathaus.records import jobs
from rathaus.records.finding import reindexing
real = jobs.index
seen = 0
def index(**more):
    global seen
    seen += 1
    real(**more)
    if seen == 3:
        print("here", flush=True)
        import time; time.sleep(60)
jobs.index = index
reindexing.begin(everything=True)
while not reindexing.step(): pass
"""


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle(offices: dict[str, Office], plan: int) -> None:
    for number in range(5):
        file(open_case(offices["buergerbuero"]), b"Wort", title=f"Brief {number}")
    run_pending()
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        env={**os.environ, **child_environment()},
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"here\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    stopped = Reindex.objects.get(pk=1)
    assert stopped.finished_at is None and stopped.done == 4
    assert Entry.objects.count() == 10
    done = run()
    assert done.done == done.total == 10 and done.started_at == stopped.started_at
    assert not Document.objects.filter(indexed=0).exists()
