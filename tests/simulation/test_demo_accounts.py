"""Who logs in at a simulated house comes into the account of the demo town."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.simulation.test_bundid_town import log_in

from rathaus.accounts import flow, queries
from rathaus.accounts.sources import config
from rathaus.accounts.trust import TrustLevel
from rathaus.simulation.bundid import sp
from rathaus.simulation.bundid.houses import HOUSES
from rathaus.simulation.bundid.people import accounts
from rathaus.simulation.demo import residents, story

pytestmark = pytest.mark.usefixtures("town_houses")


@pytest.mark.parametrize("resident", story.residents(), ids=lambda one: one.who)
def test_log_in_leads_into_the_account(client: Client, resident: Any) -> None:
    known = residents.open_for(resident, password_hash="!")
    for login in resident.identities:
        way = (login.method, login.as_)
        found = log_in(client, login.source, TrustLevel.BASIC, way=way)
        told = residents.verified(login)
        assert (found.subject, found.organisation) == (told.subject, told.organisation)
        assert found.level == told.level
        identity = flow.identity_of(found)
        assert identity is not None
        assert identity.account == known.account


@pytest.mark.parametrize("key", list(HOUSES))
def test_name_of_the_town_is_what_its_metadata_say(key: str) -> None:
    assert sp.of(HOUSES[key]).entity_id == sp.name_at(HOUSES[key])


def test_everybody_can_log_in_where_the_story_says() -> None:
    for resident in story.residents():
        assert resident.local or resident.identities
        for login in resident.identities:
            house = HOUSES[login.source]
            method = house.method(login.method)
            assert method is not None
            assert accounts(house)[login.as_].can(house, method)


def test_organisation_is_the_same_for_everybody_of_it(client: Client) -> None:
    enno = next(one for one in story.residents() if one.who == "enno")
    known = residents.open_for(enno, password_hash="!")
    (mandate,) = queries.acting_for(known.account)
    assert (mandate.role, mandate.proof) == ("admin", "unternehmenskonto")
    assert config.source("unternehmenskonto").label == "Mein Unternehmenskonto"
