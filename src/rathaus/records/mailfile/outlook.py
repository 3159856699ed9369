"""Messages that Outlook saved (MS-OXMSG)."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC
from email.message import EmailMessage, Message
from email.utils import format_datetime
from typing import Any

from rathaus.records.mailfile import headers, internet
from rathaus.records.mailfile.html import html_text
from rathaus.records.mailfile.model import MAX_PARTS, Attachment, Mail, clean, one_line
from rathaus.records.mailfile.words import of_html
from rathaus.records.names import safe_name

MAX_DEPTH = 10
_HTML, _SMTP, _SHORT_NAME, _SHOWN_NAME = 0x1013, 0x5D01, 0x3704, 0x3001
_INSIDE = "__substg1.0_3701000D"
_INSIDE_HEAD = 24
"""Bytes before the properties of a message inside another one; 32 in the outer one."""


def mail(content: bytes) -> Mail:
    """Raises: anything; `rathaus.records.mailfile` turns it into NotAMail."""
    from oxmsg import Message as OutlookMessage

    return _mail(OutlookMessage.load(content), 0)


def _mail(message: Any, depth: int) -> Mail:
    found: list[Attachment] = []
    left_out = 0
    for number, part in enumerate(message.attachments, 1):
        one = None
        if len(found) < MAX_PARTS:
            try:
                one = _attachment(part, number, depth)
            except Exception:  # one broken part says nothing about the others
                one = None
        if one is None:  # a link to a file, or beyond the limit: kept with the original
            left_out += 1
        else:
            found.append(one)
    if message.message_class.upper().startswith("IPM.NOTE.SMIME") and len(found) == 1:
        return _signed(message, found[0])
    head = message._message_headers  # with all its fields; the public one has each once
    sent = message.sent_date
    if sent is not None and sent.tzinfo is None:
        sent = sent.replace(tzinfo=UTC)
    return Mail(
        sender=headers.sender(head) or _sender(message),
        to=headers.people(head, "to") or _receivers(message),
        cc=headers.people(head, "cc"),
        subject=one_line(message.subject),
        sent_at=sent or headers.date(headers.line(head, "date")),
        message_id=headers.line(head, "message-id"),
        text=clean(_text(message)).strip(),
        attachments=found,
        left_out=left_out,
    )


def _text(message: Any) -> str:
    if message.body and message.body.strip():
        return str(message.body)
    if raw := message.properties.binary_prop_value(_HTML):
        return of_html(raw)
    return html_text(message.html_body or "")


def _sender(message: Any) -> str:
    """Without a head of the network: Outlook's own fields, the address of the network first."""
    smtp = message.properties.str_prop_value(_SMTP) or ""
    shown = one_line(str(message.sender or ""))
    if smtp and "@" not in shown:
        name = shown.partition("<")[0].strip(' "')
        return one_line(f"{name} <{smtp}>" if name else smtp)
    return shown.replace('"', "")


def _receivers(message: Any) -> str:
    shown = []
    for one in message.recipients[:100]:
        name, address = str(one.name or ""), str(one.email_address or "")
        known = "@" in address and address != name
        shown.append(f"{name} <{address}>" if known and name else name or address)
    return one_line(", ".join(shown))


def _attachment(part: Any, number: int, depth: int) -> Attachment | None:
    values = part.properties
    name = part.file_name or values.str_prop_value(_SHORT_NAME)
    name = name or values.str_prop_value(_SHOWN_NAME)
    raw = part.file_bytes
    if raw is not None:
        kind = one_line(part.mime_type or "", 100)
        return Attachment(safe_name(name or f"anhang-{number}.bin"), raw, kind)
    inside = next((one for one in part._storage.storages if one.name == _INSIDE), None)
    if inside is None or depth >= MAX_DEPTH:
        return None
    found = _mail(_message_in(inside), depth + 1)
    name = safe_name(f"{(name or found.subject or 'nachricht')[:150]}.eml")
    return Attachment(name, written(found), "message/rfc822")


def _message_in(storage: Any) -> Any:
    from oxmsg import Message as OutlookMessage
    from oxmsg.properties import Properties

    class Inside(OutlookMessage):
        @property
        def _properties(self) -> Any:
            return Properties(self._storage, properties_header_offset=_INSIDE_HEAD)

    return Inside(storage)


def _signed(message: Any, one: Attachment) -> Mail:
    """A signed or encrypted message: Outlook keeps it as the mail that it was."""
    content = one.content
    if not content.lstrip()[:13].lower().startswith(b"content-type:"):
        packed = base64.encodebytes(content)
        content = b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n"
        content += b"Content-Transfer-Encoding: base64\r\n\r\n" + packed
    head = Message()
    for name, value in message.message_headers.items():
        if not name.lower().startswith(("content-", "mime-")):
            head[name] = value
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.raw_items())
    found = internet.mail(lines.encode("utf-8", "surrogateescape") + content.lstrip())
    return replace(
        found,
        subject=found.subject or one_line(message.subject),
        sender=found.sender or _sender(message),
    )


def written(found: Mail) -> bytes:
    """A message from inside another one as a file of its own (RFC 5322)."""
    message = EmailMessage()
    for name, value in (("From", found.sender), ("To", found.to), ("Cc", found.cc),
                        ("Subject", found.subject), ("Message-ID", found.message_id)):  # fmt: skip
        if value:
            try:
                message[name] = value
            except Exception:  # what somebody called an address and is none
                message[f"X-{name}"] = value.encode("ascii", "replace").decode()
    if found.sent_at:
        message["Date"] = format_datetime(found.sent_at)
    message.set_content(found.text or "")
    for one in found.attachments:
        main, _, sub = one.content_type.partition("/")
        if main in {"message", "multipart", "text", ""} or not sub:
            main, sub = "application", "octet-stream"
        message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    return message.as_bytes()
