"""What the mail server's answers mean."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.mail import EmailMessage
from tests.support import smtp

from rathaus.core import mail

ADDRESS = "fenna@example.org"


def message(*to: str) -> EmailMessage:
    return EmailMessage("Neues", "Guten Tag", "rathaus@example.org", list(to) or [ADDRESS])


@pytest.mark.parametrize(
    "answer",
    ["421 too many connections", "450 greylisted", "451 try later", "452 mailbox full"],
)
def test_later_is_not_never(settings: Any, answer: str) -> None:
    with smtp.server(settings, answer) as taken:
        with pytest.raises(mail.TryAgainLater) as raised:
            mail.send(message())
        assert ADDRESS not in str(raised.value)  # operators read it
        assert not taken
        assert mail.send(message()) == ""
        assert len(taken) == 1


@pytest.mark.parametrize("answer", ["550 no such user", "553 bad name"])
def test_never_is_told(settings: Any, answer: str) -> None:
    with smtp.server(settings, answer) as taken:
        assert answer[4:] in mail.send(message())
        assert not taken


def test_of_two_addresses_the_hopeful_one_counts(settings: Any) -> None:
    with (
        smtp.server(settings, "550 no such user", "451 try later"),
        pytest.raises(mail.TryAgainLater),
    ):
        mail.send(message(ADDRESS, "theda@example.org"))
