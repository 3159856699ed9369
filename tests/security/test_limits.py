"""Limits stop those who guess, and nobody else."""

from __future__ import annotations

import hmac
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory

from rathaus.core import jobs, secrets
from rathaus.core.clock import now
from rathaus.core.middleware import sender_key
from rathaus.desk.views.login import TRIES_FOR_NAME, TRIES_PER_LOGIN
from rathaus.proceedings import actions, queries
from rathaus.proceedings.errors import CodeWrong, TooManyTries
from rathaus.proceedings.queries import access
from tests.desk import making
from tests.portal.browser import Browser

LOGIN = "/arbeit/anmelden/"
WRONG = "AAAA-AAAA-AAAA"


def enter(password: str, address: str, **headers: str) -> int:
    client = Client(REMOTE_ADDR=address, headers=headers)
    data = {"login": "insa.cordes", "password": password}
    return client.post(LOGIN, data).status_code


def test_a_stranger_cannot_lock_a_colleague_out() -> None:
    for _ in range(TRIES_PER_LOGIN + 5):
        enter("falsch", "198.51.100.7")
    assert enter(making.PASSWORD, "198.51.100.7") == 429
    assert enter(making.PASSWORD, "192.0.2.1") == 302


def test_many_addresses_do_not_help_to_guess_one_password() -> None:
    for number in range(TRIES_FOR_NAME):
        assert enter("falsch", f"198.51.100.{number % 200}") == 422
    assert enter("falsch", "203.0.113.1") == 429


def test_invented_senders_do_not_help() -> None:
    """Only the address that our own proxy added counts, and from strangers none at all."""
    for number in range(TRIES_PER_LOGIN):
        enter("falsch", "198.51.100.7", **{"X-Forwarded-For": f"10.0.0.{number}"})
    assert enter("falsch", "198.51.100.7", **{"X-Forwarded-For": "10.9.9.9"}) == 429
    for number in range(TRIES_PER_LOGIN):
        enter("falsch", "127.0.0.1", **{"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.5"})
    assert enter("falsch", "127.0.0.1", **{"X-Forwarded-For": "10.9.9.9, 203.0.113.5"}) == 429
    assert enter("falsch", "127.0.0.1", **{"X-Forwarded-For": "203.0.113.5, 203.0.113.6"}) == 422


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.5", "203.0.113.5", True),
        ("203.0.113.5", "203.0.113.6", False),
        ("::1", "::2", False),
        ("unknown", "unknown", True),
        ("<script>", "", False),
    ],
)
def test_who_counts_as_one_sender(one: str, other: str, *, same: bool) -> None:
    keys = {sender_key(RequestFactory().get("/", REMOTE_ADDR=text)) for text in (one, other)}
    assert (len(keys) == 1) is same


def test_nobody_is_kept_from_a_case_by_wrong_codes_of_others(
    resident: Browser, stranger: Browser
) -> None:
    application = resident.apply("hund-anmelden")
    stranger.client.defaults["REMOTE_ADDR"] = "198.51.100.7"
    data = {"aktenzeichen": application.reference, "code": WRONG}
    stranger.get("/vorgang/")
    for _ in range(access.TRIES + 1):
        stranger.post(data, "/vorgang/")
    assert stranger.status == 429
    at_home = Browser()
    at_home.get("/vorgang/")
    at_home.post({**data, "code": application.code})
    assert at_home.path == f"/vorgang/{application.public_id}/"


def test_many_senders_do_not_help_to_guess_one_code() -> None:
    application = making.new_case()
    for number in range(access.TRIES_ALL):
        with pytest.raises(CodeWrong):
            queries.by_reference(application.reference, WRONG, sender=f"{number}")
    with pytest.raises(TooManyTries):
        queries.by_reference(application.reference, application.code, sender="another")


def test_one_sender_cannot_walk_through_the_references() -> None:
    for number in range(access.TRIES * 3):
        with pytest.raises(CodeWrong):
            queries.by_reference(f"32.10/2026-{number:04}", WRONG, sender="one")
    with pytest.raises(TooManyTries):
        queries.by_reference("32.10/2026-9999", WRONG, sender="one")


def test_a_code_opens_only_its_own_draft() -> None:
    mine, theirs = making.new_draft(), making.new_draft()
    code = actions.issue_code(draft=mine)
    actions.issue_code(draft=theirs)
    with pytest.raises(CodeWrong):
        queries.open_draft(str(theirs.public_id), code, sender="s")
    assert queries.open_draft(str(mine.public_id), code, sender="s") == mine


def test_codes_are_compared_in_constant_time_and_long_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[bytes] = []
    original = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        seen.extend((one, other))
        return original(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    draft = making.new_draft()
    actions.issue_code(draft=draft)
    with pytest.raises(CodeWrong):
        queries.open_draft(str(draft.public_id), WRONG, sender="s")
    assert len(seen) == 2
    assert len(secrets.new_code().replace("-", "")) * 5 >= 60  # bits


def test_sessions_that_are_over_are_deleted(client: Client) -> None:
    client.post(LOGIN, {"login": "insa.cordes", "password": making.PASSWORD})
    assert Session.objects.count() == 1
    jobs.clean_up()
    assert Session.objects.count() == 1
    with time_machine.travel(now() + timedelta(days=2), tick=False):
        jobs.clean_up()
    assert not Session.objects.exists()
