"""A case as a package that others can check."""

from __future__ import annotations

import hashlib
import itertools
import json
import zipfile

import pytest

from rathaus.core import storage
from rathaus.core.events import verify_chain
from rathaus.core.models import Event
from rathaus.records import export
from rathaus.records.models import Case
from tests.records.conftest import CLERK, file

pytestmark = pytest.mark.django_db


def test_the_package_holds_everything_and_its_digests_hold(case: Case) -> None:
    file(case, b"Hallo", name="../../böse.txt")
    file(case, b"%PDF", name="a.pdf", content_type="application/pdf")
    with zipfile.ZipFile(export.case_zip(case)) as package:
        names = package.namelist()
        described = json.loads(package.read("vorgang.json"))
        events = json.loads(package.read("ereignisse.json"))
        for line in package.read("SHA256SUMS").decode().splitlines():
            digest, path = line.split("  ", 1)
            assert hashlib.sha256(package.read(path)).hexdigest() == digest
    assert all(not name.startswith(("/", ".")) and ".." not in name for name in names)
    assert len([name for name in names if name.startswith("dokumente/")]) == 2
    assert described["reference"] == case.reference
    assert [d["versions"][0]["size"] for d in described["documents"]] == [5, 4]
    assert [e["type"] for e in events] == ["case.opened", "document.filed", "document.filed"]
    assert events[-1]["hash"] == described["chain"]["head"]
    for before, event in itertools.pairwise(events):
        assert event["previous"] == before["hash"]


def test_the_history_keeps_who_took_the_case_away(case: Case) -> None:
    file(case)
    package = export.hand_out(case=case, actor=CLERK)
    event = Event.objects.get(type="case.exported")
    assert event.data["sha256"] == hashlib.sha256(package.read()).hexdigest()
    assert event.actor_label == "Anke Harms"
    assert verify_chain(case.chain) == []


def test_a_damaged_case_is_not_handed_out_silently(case: Case) -> None:
    blob = file(case).current.blob
    type(blob).objects.filter(pk=blob.pk).update(inline=b"kaputt")
    with pytest.raises(storage.StorageDamaged):
        export.case_zip(case)
