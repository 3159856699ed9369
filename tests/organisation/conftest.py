from __future__ import annotations

import pytest

from rathaus.core.actors import Actor
from rathaus.organisation import loading
from rathaus.organisation.models import StaffMember, Town


@pytest.fixture
def actor() -> Actor:
    return Actor.system("test")


@pytest.fixture
def town(db: None) -> Town:
    return loading.load_town()


@pytest.fixture
def person(town: Town):
    def find(login: str) -> StaffMember:
        return StaffMember.objects.select_related("user").get(user__login=login)

    return find
