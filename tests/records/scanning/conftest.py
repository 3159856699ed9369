"""A scan place: a profile, somebody who scans, somebody who checks."""

from __future__ import annotations

from typing import Any

import pytest

from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records.models import Case
from rathaus.records.scanning import actions
from rathaus.records.scanning.models import ScanBatch, ScanProfile
from tests.records.conftest import case, offices, open_case, plan  # noqa: F401
from tests.records.scanning.making import stack

SCANNER = Actor.staff("scanner", "Jan de Haan", "Bürgerbüro")
CHECKER = Actor.staff("checker", "Anke Harms", "Bürgerbüro")
MANAGER = Actor.staff("manager", "Meike Ulrichs", "Archiv")
DATA: dict[str, Any] = {
    "device": "Kyocera 4054ci, Zimmer 12",
    "resolution": 300,
    "duplex": False,
    "sample_percent": 20,
    "sample_minimum": 3,
    "paper_count": 6,
    "excluded": ["Urkunden"],
}


@pytest.fixture
def profile(offices: dict[str, Office], plan: int) -> ScanProfile:  # noqa: F811
    return actions.save_profile(
        name="Posteingang", office=offices["buergerbuero"], data=DATA, actor=MANAGER
    )


@pytest.fixture
def batch(profile: ScanProfile, case: Case) -> ScanBatch:  # noqa: F811
    return new_batch(profile, case)


def new_batch(profile: ScanProfile, case: Case, sheets: int = 10, **more: Any) -> ScanBatch:  # noqa: F811
    values = {"origin": "Schrank 3", "prepared_by": "Tomma Ihnen", "actor": SCANNER, **more}
    return actions.open_batch(profile=profile, case=case, sheets=sheets, **values)


def scanned(batch: ScanBatch, *sizes: int, first: int = 0) -> ScanBatch:
    """With one PDF for each size, looked at."""
    number = first
    for size in sizes:
        content = stack(size, first=number)
        actions.add_file(batch=batch, content=content, name=f"brief_{number}.pdf", actor=SCANNER)
        number += size
    run_pending()
    return batch


def transferred(batch: ScanBatch, *sizes: int) -> ScanBatch:
    scanned(batch, *(sizes or (6, 4)))
    return actions.transfer(batch=batch, states_match=True, remark="", actor=SCANNER)


@pytest.fixture(autouse=True)
def _nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading scans takes seconds a page and has tests of its own (`tests/records/renditions`)."""
    monkeypatch.setattr("rathaus.records.renditions.actions.queue", lambda versions: 0)
