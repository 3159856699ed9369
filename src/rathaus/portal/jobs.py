"""Mail that the residents' pages send. What is personal is sealed in the job's row."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from rathaus.core import mail
from rathaus.core.jobs import job
from rathaus.core.secrets import unseal
from rathaus.organisation import queries


@job("portal.mail_draft_link", prompt=True)
def mail_draft_link(*, address: str, link: str, language: str) -> None:
    """Send the link of a draft, never its code. Raises: OSError, SMTPException (tried again)."""
    with translation.override(language):
        subject = _("Ihr gespeicherter Entwurf")
        _send(unseal(address), subject, "draft_link", {"link": link})


@job("portal.mail_barrier")
def mail_barrier(*, report: str) -> None:
    """Bring a reported barrier to the town hall, and confirm it to whoever left an address."""
    data: dict[str, Any] = json.loads(unseal(report))
    town = queries.town()
    with translation.override("de"):
        reply = [data["email"]] if data.get("email") else []
        _send(town.email, _("Gemeldete Barriere"), "barrier", data, reply_to=reply)


@job("portal.confirm_barrier")
def confirm_barrier(*, report: str, language: str) -> None:
    """Tell the sender that the report has arrived."""
    data: dict[str, Any] = json.loads(unseal(report))
    with translation.override(language):
        _send(data["email"], _("Ihre Meldung ist angekommen"), "barrier_received", data)


def _send(
    to: str, subject: str, template: str, facts: dict[str, Any], reply_to: list[str] | None = None
) -> None:
    town = queries.town()
    body = render_to_string(f"portal/mail/{template}.txt", {"town": town, **facts})
    message = EmailMessage(
        subject=subject,
        body=body,
        from_email=f"{town.full_name} <{settings.DEFAULT_FROM_EMAIL}>",
        to=[to],
        reply_to=reply_to,
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.send(message)  # where the address does not exist, trying again would not help
