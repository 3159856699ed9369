"""Mail to the owners of accounts: plain text, nothing confidential.

Each message is a template ``accounts/mail/<name>.txt``; its first line is the subject. What is
needed to write it lies sealed in the job until it was sent.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from rathaus.core import mail
from rathaus.core.jobs import enqueue, job
from rathaus.core.secrets import seal, unseal
from rathaus.organisation import queries


def send(*, name: str, to: str, language: str, facts: dict[str, Any] | None = None) -> None:
    """Put a message into the outbox, in the caller's transaction."""
    letter = seal(json.dumps({"to": to, "facts": facts or {}}))
    with transaction.atomic():
        enqueue(deliver, name=name, letter=letter, language=language)


@job("accounts.mail", prompt=True)
def deliver(*, name: str, letter: str, language: str) -> None:
    """Send a message. Raises: OSError, SMTPException (tried again)."""
    data: dict[str, Any] = json.loads(unseal(letter))
    town = queries.town()
    facts = {
        "town": town,
        "base_url": settings.BASE_URL,
        **data["facts"],
    }
    with translation.override(language):
        subject, _, body = render_to_string(f"accounts/mail/{name}.txt", facts).partition("\n")
    message = EmailMessage(
        subject=subject.strip(),
        body=body.strip() + "\n",
        from_email=f"{town.full_name} <{settings.DEFAULT_FROM_EMAIL}>",
        to=[data["to"]],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.send(message)  # where the address does not exist, trying again would not help
