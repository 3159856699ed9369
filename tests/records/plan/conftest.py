"""People of two offices, a registry and a dossier made by hand."""

from __future__ import annotations

import pytest

from rathaus.organisation.models import Office, Role, StaffMember
from rathaus.records import actions
from rathaus.records.models import Dossier, FilingPlanEntry
from tests.records.conftest import CLERK, staff


@pytest.fixture
def harms(offices: dict[str, Office], plan: int) -> StaffMember:
    """Clerk in the Bürgerbüro."""
    return staff("harms", offices["buergerbuero"])


@pytest.fixture
def freese(offices: dict[str, Office], plan: int) -> StaffMember:
    """Clerk in the Ordnungsamt."""
    return staff("freese", offices["ordnungsamt"])


@pytest.fixture
def registry(offices: dict[str, Office], plan: int) -> StaffMember:
    """Records manager of the town."""
    return staff("registry", offices["ordnungsamt"], role=Role.RECORDS_MANAGER)


@pytest.fixture
def contract(offices: dict[str, Office], harms: StaffMember) -> Dossier:
    return actions.open_dossier(
        title="Pachtvertrag Kiosk am Marktplatz",
        entry=place("23.20"),
        office=offices["buergerbuero"],
        staff=harms,
        actor=CLERK,
    )


@pytest.fixture
def personnel(offices: dict[str, Office], harms: StaffMember) -> Dossier:
    return actions.open_dossier(
        title="Personalakte Janßen",
        entry=place("11.10"),
        office=offices["buergerbuero"],
        staff=harms,
        actor=CLERK,
    )


def place(code: str) -> FilingPlanEntry:
    return FilingPlanEntry.objects.get(code=code)
