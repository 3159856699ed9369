"""A record with seals and time stamps of the simulated service, reached inside the process."""

from __future__ import annotations

from typing import Any

import pytest

from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records.evidence import actions
from rathaus.records.evidence.models import Seal
from rathaus.records.models import Case
from tests.records.conftest import case, file, offices, open_case, plan

__all__ = ["case", "offices", "plan"]

ACTOR = Actor.system("evidence")
URL = "http://localhost:8000/simulation/zeitstempel/"


@pytest.fixture(autouse=True)
def tsa(settings: Any) -> None:
    """One service, as the demo town has it."""
    settings.RATHAUS_TSA = [f"simulation|{URL}|simulation/tsa-ca.pem"]
    settings.RATHAUS_TSA_TRANSPORT = "rathaus.simulation.paypal.transport.in_process"


@pytest.fixture
def record(offices: dict[str, Office], plan: int) -> list[Case]:
    """Three cases with four documents, one of them large."""
    cases = [open_case(offices["buergerbuero"], title=f"Fall {n}") for n in (1, 2, 3)]
    file(cases[0], b"Urkunde " * 3000, title="Urkunde", name="urkunde.pdf")
    file(cases[0], b"Brief", title="Brief")
    file(cases[1], b"Hallo", title="Anfrage")
    file(cases[2], b"Hallo", title="Dasselbe noch einmal")
    return cases


@pytest.fixture
def sealed(record: list[Case]) -> list[Case]:
    """The same, sealed and stamped."""
    seal()
    return record


def seal() -> Seal:
    made = actions.seal_all(actor=ACTOR)
    run_pending()
    return made[-1]
