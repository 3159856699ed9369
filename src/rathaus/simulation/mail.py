"""An e-mail backend that keeps messages, to be read at /simulation/post/."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import MIMEPart
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from rathaus.core import clock
from rathaus.simulation.models import SimulatedAttachment, SimulatedMail


class Backend(BaseEmailBackend):
    """For ``EMAIL_BACKEND`` while the simulation is on. Nothing leaves the machine."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store the messages; returns how many."""
        for message in email_messages:
            with transaction.atomic():
                _store(message)
        return len(email_messages)


def _store(message: EmailMessage) -> None:
    message.message()  # refuses header injection, as a real backend does
    alternatives: Sequence[Any] = getattr(message, "alternatives", None) or ()
    html = next((a[0] for a in alternatives if a[1] == "text/html"), "")
    mail = SimulatedMail.objects.create(
        sender=message.from_email[:320],
        recipients=message.recipients(),
        subject=str(message.subject)[:998],
        text=str(message.body),
        html=str(html),
        sent_at=clock.now(),
    )
    for item in message.attachments:
        name, content, content_type = _parts(item)
        SimulatedAttachment.objects.create(
            mail=mail, name=name[:255], content=content, content_type=content_type[:100]
        )


def _parts(item: Any) -> tuple[str, bytes, str]:
    if isinstance(item, MIMEPart) or hasattr(item, "get_payload"):
        payload = item.get_payload(decode=True) or b""
        return item.get_filename() or "anhang", bytes(payload), item.get_content_type()
    name, content, content_type = item
    raw = content if isinstance(content, bytes) else str(content).encode()
    return name or "anhang", raw, content_type or "application/octet-stream"
