"""Old cases in the demo town and the people who dispose of them."""

from __future__ import annotations

import pytest
from django.test import Client

from rathaus.organisation.models import Office, StaffMember
from rathaus.records.disposal.models import Archive
from rathaus.records.models import Case
from tests.desk.conftest import SignIn
from tests.records.disposal.conftest import make_archive, old_case


@pytest.fixture
def manager(sign_in: SignIn) -> Client:
    """Meike Ulrichs: archivist and records manager."""
    return sign_in("meike.ulrichs")


@pytest.fixture
def head(sign_in: SignIn) -> Client:
    """Gerd Harms: head of the Zentrale Dienste, above the archive; not in for the mayor now."""
    StaffMember.objects.filter(substitute__user__login="gerd.harms").update(substitute=None)
    return sign_in("gerd.harms")


@pytest.fixture
def old() -> list[Case]:
    office = Office.objects.get(key="gewerbeamt")
    return [old_case(office, f"Fall {code}", filing_code=code) for code in ("32.10", "33.20")]


@pytest.fixture
def archive() -> Archive:
    return make_archive()
