"""Handing e-mail to the mail server."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMessage

FOR_GOOD = 500
"""Replies from here on are final; those below ask to come again later (RFC 5321, 4.2.1)."""


class TryAgainLater(smtplib.SMTPException):
    """The server does not take the message now: full mailbox, greylisting, too many at once.

    Names no address: what is raised in a job is stored with it and shown to operators.
    """


def send(message: EmailMessage) -> str:
    """Send a message; returns why the server refuses its address for good, empty once sent.

    Raises: OSError, smtplib.SMTPException (`TryAgainLater` among them): try again later.
    """
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refused:
        codes = sorted(code for code, _text in refused.recipients.values())
        if not codes or codes[0] < FOR_GOOD:
            raise TryAgainLater(f"the mail server answered {codes}") from None
        return str(refused)
    return ""
