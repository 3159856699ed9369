"""A mail in plain data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

MAX_TEXT = 200_000
"""Characters of text."""
MAX_PARTS = 200
"""Attachments that become items; more stay in the mail and are counted."""
_NOTHING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class NotAMail(ValueError):
    """The bytes cannot be read as a mail."""


@dataclass(frozen=True)
class Attachment:
    """A part with a name; a mail inside a mail is one too."""

    name: str
    content: bytes
    content_type: str
    inline: bool = False
    """A picture that belongs to the text, e.g. a logo."""


@dataclass(frozen=True)
class Mail:
    """What a mail says."""

    sender: str
    to: str
    subject: str
    sent_at: datetime | None
    message_id: str
    text: str
    attachments: list[Attachment] = field(default_factory=list)
    left_out: int = 0
    """Parts that are in the file only."""
    cc: str = ""
    encrypted: bool = False
    """Some of it can be read by the addressee only."""
    signed: tuple[bytes, bytes] | None = None
    """What was signed (S/MIME, RFC 8551), and the signature."""


def clean(text: str) -> str:
    """Text without what no screen shows, cut at `MAX_TEXT`."""
    return _NOTHING.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))[:MAX_TEXT]


def one_line(text: str, most: int = 500) -> str:
    """The same in one line."""
    return " ".join(_NOTHING.sub(" ", text).split())[:most]
