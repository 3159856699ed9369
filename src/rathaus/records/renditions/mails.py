"""E-mails as people read them: who, when, about what, and the text."""

from __future__ import annotations

import email
import email.policy
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from io import BytesIO

from django.utils.translation import gettext as _

from rathaus.records.renditions.child.refusal import Refused

MAX_CHARS = 500_000
MAX_ATTACHMENTS = 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HIDDEN = re.compile(r"<(script|style|head|title)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<(br|/p|/div|/tr|/h[1-6]|/li)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,5000}>")


@dataclass(frozen=True)
class Mail:
    """`facts`: pairs of label and value for the head."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""


def read(content: bytes) -> Mail:
    """An e-mail (RFC 5322) or a message of Outlook. Raises: Refused."""
    try:
        return _outlook(content) if content.startswith(_OLE) else _internet(content)
    except Refused:
        raise
    except Exception:
        raise Refused("broken") from None  # a hostile mail breaks readers in many ways


def _internet(content: bytes) -> Mail:
    message = email.message_from_bytes(content, policy=email.policy.default)
    if not isinstance(message, EmailMessage) or not message.keys():
        raise Refused("broken")
    names = [str(part.get_filename() or part.get_content_type())[:200]
             for part in message.iter_attachments()][:MAX_ATTACHMENTS]  # fmt: skip
    return Mail(
        _facts([message.get(key) for key in ("From", "To", "Cc", "Date", "Subject")], names),
        _body(message)[:MAX_CHARS],
    )


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    text = part.get_content()
    if not isinstance(text, str):
        return ""
    return plain(text) if part.get_content_subtype() == "html" else text


def _outlook(content: bytes) -> Mail:
    from oxmsg import Message

    message = Message.load(BytesIO(content))
    names = [str(one.file_name or "")[:200] for one in message.attachments][:MAX_ATTACHMENTS]
    receivers = ", ".join(str(one.email_address or one.name) for one in message.recipients[:100])
    text = message.body or plain(message.html_body or "")
    sent = message.sent_date.strftime("%d.%m.%Y %H:%M") if message.sent_date else ""
    values = (message.sender, receivers, "", sent, message.subject)
    return Mail(_facts(values, names), text[:MAX_CHARS])


def _facts(values: Sequence[object], names: list[str]) -> list[tuple[str, str]]:
    labels = (_("Von"), _("An"), _("Kopie an"), _("Gesendet"), _("Betreff"), _("Anhänge"))
    pairs = zip(labels, (*values, ", ".join(names)), strict=True)
    return [(label, _line(value)) for label, value in pairs if value]


def _line(value: object) -> str:
    return " ".join(str(value).split())[:2000]


def plain(source: str) -> str:
    """The words of an HTML text; nothing of it is ever shown as HTML."""
    text = _HIDDEN.sub(" ", source[: MAX_CHARS * 4])
    text = _TAG.sub("", _BREAK.sub("\n", text))
    return re.sub(r"\n\s*\n\s*\n+", "\n\n", html.unescape(text)).strip()
