"""E-mails as people read them: who, when, about what, and the text."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from rathaus.records import mailfile
from rathaus.records.renditions.child.refusal import Refused
from rathaus.theme import formats

LONGEST = 2000


@dataclass(frozen=True)
class Mail:
    """`facts`: pairs of label and value for the head."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""


def read(content: bytes) -> Mail:
    """An e-mail (RFC 5322) or a message of Outlook. Raises: Refused."""
    try:
        found = mailfile.read(content)
    except mailfile.NotAMail:
        raise Refused("broken") from None
    names = ", ".join(one.name for one in found.attachments if not one.inline)
    facts = [
        (_("Von"), found.sender),
        (_("An"), found.to),
        (_("Kopie an"), found.cc),
        (_("Gesendet"), formats.moment(found.sent_at) if found.sent_at else ""),
        (_("Betreff"), found.subject),
        (_("Anhänge"), names[:LONGEST]),
    ]
    return Mail([(label, value) for label, value in facts if value], found.text)
