"""The intake of the Steueramt: an item, a case, and short ways to their pages."""

from __future__ import annotations

import pytest

from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records import actions as records
from rathaus.records.intake.models import Item
from rathaus.records.models import Case, FilingPlanEntry
from tests.records.intake import making


@pytest.fixture
def office() -> Office:
    return organisation.office("steueramt")


@pytest.fixture
def item(office: Office) -> Item:
    content = making.pdf(making.LETTER, "Zweite Seite", "Dritte Seite")
    return making.receive(office, content, sender="Harm Janssen", name="abmeldung.pdf")


@pytest.fixture
def case(office: Office) -> Case:
    return open_case(office)


def open_case(office: Office, title: str = "Hundesteuer Bello") -> Case:
    code = FilingPlanEntry.objects.order_by("-code").values_list("code", flat=True)[0]
    return records.open_case(filing_code=code, title=title, office=office, actor=making.CLERK)
