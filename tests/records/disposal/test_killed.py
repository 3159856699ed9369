"""kill -9 between any two steps of a destruction: whole or gone, and it goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.storage import storages

from rathaus.core.jobs import run_pending
from rathaus.core.models import Blob
from rathaus.organisation.models import Office
from rathaus.records import verify
from rathaus.records.disposal import actions
from rathaus.records.disposal.models import DossierTombstone, Item, Process, Remains, Tombstone
from rathaus.records.models import Case, Document, Dossier, FilingPlanEntry
from tests.records.disposal.conftest import ANNA, BERND, bytes_in_storage, old_case
from tests.support.database import child_environment

BIG = b"Urkunde " * 2_000
STEPS = [
    ("rathaus.records.disposal.destruction", "hide", True),
    ("rathaus.records.disposal.destruction", "run_registered", True),
    ("rathaus.records.disposal.destruction", "_remove", True),
    ("rathaus.records.disposal.destruction", "_shred", True),
    ("rathaus.records.disposal.destruction", "_erase_personal", True),
    ("rathaus.records.disposal.destruction", "_bury", True),
    ("rathaus.records.disposal.destruction", "sweep", False),
    ("rathaus.core.storage", "DurableFileSystemStorage.delete", False),
    ("rathaus.core.storage", "DurableFileSystemStorage.delete", True),
    ("rathaus.records.disposal.destruction", "sweep", True),
    ("rathaus.records.disposal.jobs", "enqueue", True),
    ("rathaus.records.disposal.protocol", "render", True),
    ("rathaus.records.disposal.emptied", "close_out", True),
    ("rathaus.records.disposal.protocol", "_file", True),
    ("rathaus.records.disposal.protocol", "finish", True),
]
"""Module, what is called, and whether it dies before the call or right after it."""

# One interpreter for all: each step is a fork that dies by the signal nobody can catch.
CHILD = """
import json, os, signal, sys
from importlib import import_module
import django
django.setup()
from rathaus.records.disposal import jobs
def dying(original, after):
    def wrapped(*args, **more):
        if after:
            original(*args, **more)
        os.kill(os.getpid(), signal.SIGKILL)
    return wrapped
for key, (module, name, after) in zip(json.loads(sys.argv[1]), json.loads(sys.argv[2])):
    child = os.fork()
    if not child:
        owner = import_module(module)
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        setattr(owner, last, dying(getattr(owner, last), after))
        jobs.destroy(process_id=key)
        jobs.finish(process_id=key)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else "lived", name, flush=True)
"""


def released(case: Case) -> Process:
    process = actions.begin(cases=[case], archive=None, waiver="Katalog", actor=ANNA)
    actions.decide(process=process, actor=ANNA)
    actions.propose(process=process, actor=ANNA)
    actions.release(process=process, actor=BERND)
    return process


def check_whole_or_gone(item: Item) -> None:
    """Whatever happened: a case with all its contents, or nothing but the proof."""
    case = Case.objects.filter(public_id=item.case_uuid).first()
    stone = Tombstone.objects.filter(case_uuid=item.case_uuid).first()
    if case is not None:
        assert (stone, item.state) == (None, "released")
        assert all(document.current.read() for document in case.documents.all())
        assert case.title.startswith("Fall")
    else:
        assert stone is not None
        assert item.state == "destroyed"


@pytest.mark.django_db(transaction=True)
def test_killed_between_any_two_steps(
    offices: dict[str, Office], plan: int, tmp_path: Path
) -> None:
    codes = FilingPlanEntry.objects.filter(children=None).order_by("code")
    places = list(codes.values_list("code", flat=True)[: len(STEPS)])  # each empties a dossier
    cases = [
        old_case(
            offices["ordnungsamt"],
            f"Fall {number}",
            filing_code=places[number],
            disposal="V",
            documents=[BIG + str(number).encode(), b"klein %d" % number],
        )
        for number in range(len(STEPS))
    ]
    processes = [released(case) for case in cases]
    order = [json.dumps([process.pk for process in processes]), json.dumps(STEPS)]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *order],
        env={**os.environ, **child_environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split("\n")[:-1] == [f"9 {name}" for _module, name, _after in STEPS]
    for process in processes:
        check_whole_or_gone(process.items.get())
    gone = Tombstone.objects.count()
    assert 0 < gone < len(STEPS)  # some died before the commit, some after it
    run_pending()
    assert {process.state for process in Process.objects.all()} == {"finished"}
    assert Tombstone.objects.count() == len(STEPS)
    assert Document.objects.filter(title__startswith="Protokoll").count() == len(STEPS)
    assert not Dossier.objects.filter(year__lt=2000).exists()
    assert DossierTombstone.objects.count() == len(STEPS)
    assert not Remains.objects.exists()
    kept = {blob.name for blob in Blob.objects.exclude(name="")}
    on_disk = {str(path.relative_to(tmp_path / "records")) for path in bytes_in_storage(tmp_path)}
    assert on_disk == kept
    assert all(storages["records"].exists(name) for name in kept)
    report = verify.run()
    assert report.ok, report.findings
