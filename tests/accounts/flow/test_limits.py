"""How long a log-in counts: total and idle limits of each level (TR-03160-1 4.3)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from rathaus.accounts.assurance import holds
from rathaus.accounts.models import Authentication
from rathaus.accounts.trust import TrustLevel
from rathaus.core import clock
from tests.portal.browser import Browser
from tests.support.logins import BASIC, HIGH, SUBSTANTIAL, log_in, make_account

NONE = TrustLevel.NONE


@pytest.mark.parametrize(
    ("level", "since", "idle", "left"),
    [
        (HIGH, 1, 1, HIGH),
        (HIGH, 29, 5, HIGH),
        (HIGH, 10, 6, SUBSTANTIAL),
        (HIGH, 31, 1, SUBSTANTIAL),
        (HIGH, 119, 31, BASIC),
        (HIGH, 121, 1, BASIC),
        (HIGH, 121, 61, NONE),
        (SUBSTANTIAL, 119, 30, SUBSTANTIAL),
        (SUBSTANTIAL, 121, 1, BASIC),
        (BASIC, 719, 60, BASIC),
        (BASIC, 721, 0, NONE),
        (BASIC, 10, 61, NONE),
    ],
)
def test_what_is_left(level: TrustLevel, since: int, idle: int, left: TrustLevel) -> None:
    assert holds(level, since=timedelta(minutes=since), idle=timedelta(minutes=idle)) == left


def later(minutes: float) -> AbstractContextManager[None]:
    return clock.shifted(clock.now() + timedelta(minutes=minutes))


def test_high_falls_and_does_not_come_back(resident: Browser) -> None:
    account = make_account()
    log_in(resident.client, account, HIGH)
    draft = resident.begin("meldebescheinigung-erweitert")
    person = f"/antrag/{draft.public_id}/person/"
    assert resident.client.get(person).status_code == 200
    with later(6):
        assert resident.client.get(person).status_code == 200, "substantial is enough here"
        assert Authentication.objects.get().level == SUBSTANTIAL
    with later(35):
        assert resident.client.get(person).status_code == 200
    with later(40):
        assert Authentication.objects.get().level == SUBSTANTIAL
    with later(75):
        assert resident.client.get(person).status_code == 403
    with later(76):
        assert resident.client.get(person).status_code == 403, "using it does not bring it back"
        assert resident.client.get("/konto/verknuepfungen/").status_code == 200


def test_whoever_is_gone_too_long_is_signed_out_and_drafts_stay(resident: Browser) -> None:
    account = make_account()
    log_in(resident.client, account)
    draft = resident.begin("hund-anmelden")
    assert draft.account == account
    with later(61):
        assert resident.client.get("/konto/verknuepfungen/").status_code == 303
        resident.get("/konto/anmelden/")
        assert "abgelaufen" in resident.page
        log_in(resident.client, account)
        draft.refresh_from_db()
        assert resident.client.get(f"/antrag/{draft.public_id}/").status_code == 302


def test_proof_of_a_guest_keeps_no_account_open(resident: Browser) -> None:
    """A log-in that does not open the account must not keep its session alive."""
    account = make_account()
    request = log_in(resident.client, account)
    with later(50):
        from rathaus.accounts import assurance
        from tests.support.logins import verified

        assurance.raise_to(request, verified(HIGH, subject="other"), account=None)
    with later(65):
        assert resident.client.get("/konto/verknuepfungen/").status_code == 303
