"""A record with different things to find, and people who may see different parts of it."""

from __future__ import annotations

from typing import Any

import pytest

from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office, StaffMember
from rathaus.records.finding import queries
from rathaus.records.finding.wanted import Wanted
from rathaus.records.models import Case
from tests.records.conftest import CLERK, file, open_case, staff


@pytest.fixture
def harms(offices: dict[str, Office], plan: int) -> StaffMember:
    """Clerk in the Bürgerbüro."""
    return staff("harms", offices["buergerbuero"])


@pytest.fixture
def freese(offices: dict[str, Office], plan: int) -> StaffMember:
    """Clerk in the Ordnungsamt."""
    return staff("freese", offices["ordnungsamt"])


@pytest.fixture
def record(offices: dict[str, Office], plan: int) -> dict[str, Case]:
    """Two cases of the Bürgerbüro and one of the Ordnungsamt, in the search."""
    dogs = open_case(offices["buergerbuero"], title="Hundesteuer Janssen")
    file(
        dogs,
        "Der Hund Bello wird zur Hundesteuer angemeldet. Die Gebühr beträgt 60 Euro.".encode(),
        title="Anmeldung",
        kind="application",
        actor=CLERK,
    )
    file(
        dogs,
        b"\x89PNG" + b"x" * 150_000,
        title="Impfausweis",
        kind="upload",
        name="ausweis.png",
        content_type="image/png",
        text="Tollwut geimpft am Marktplatz",
    )
    file(
        dogs,
        b"Bescheid: Die Steuer ist am 15. Februar zu zahlen.",
        title="Steuerbescheid",
        kind="letter",
        direction="out",
        actor=CLERK,
    )
    fair = open_case(offices["buergerbuero"], title="Marktstand", filing_code="23.20")
    file(fair, "Vertrag über einen Stand am Marktplatz".encode(), title="Pachtvertrag")
    secret = open_case(offices["ordnungsamt"], title="Bußgeld")
    file(secret, "Anhörung wegen Hundegebell".encode(), title="Anhörung")
    run_pending()
    return {"dogs": dogs, "fair": fair, "secret": secret}


def titles(member: StaffMember | None, text: str = "", **fields: Any) -> list[str]:
    """Titles found, in order; cases as "V: …"."""
    order = fields.pop("order", "relevance")
    page = queries.find(member, Wanted(text, fields, order), limit=50)
    return [hit.document.title if hit.document else f"V: {hit.case.title}" for hit in page.hits]
