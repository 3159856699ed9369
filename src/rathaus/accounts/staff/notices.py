"""E-mail to staff about their own log-in: what happened, and what to do if it was not them."""

from __future__ import annotations

from rathaus.accounts import mail
from rathaus.organisation.models import StaffMember


def send(staff: StaffMember, what: str) -> None:
    """Put the message ``staff_<what>`` into the outbox, if there is an address."""
    if staff.email:
        mail.send(name=f"staff_{what}", to=staff.email, language="de", facts={"name": staff.name})
