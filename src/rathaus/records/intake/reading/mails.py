"""E-mail from anybody (.eml, .msg): who, what, when, the text, and what hangs on it.

HTML is never shown as HTML: only its text is taken. Attachments are bytes with a name.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any

from rathaus.records.names import safe_name

MAX_TEXT = 200_000
MAX_PARTS = 200
MAX_DEPTH = 20
_SKIPPED = {"script", "style", "head", "title", "template", "noscript"}
_BLOCKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "hr",
           "blockquote", "pre", "ul", "ol", "section", "article", "header", "footer"}  # fmt: skip
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
    """A mail in plain data."""

    sender: str
    to: str
    subject: str
    sent_at: datetime | None
    message_id: str
    text: str
    attachments: list[Attachment] = field(default_factory=list)
    left_out: int = 0


def read_eml(content: bytes) -> Mail:
    """Read RFC 5322 / MIME. Raises: NotAMail."""
    try:
        return _eml(content)
    except Exception as error:  # the parser of the library has many ways to give up
        raise NotAMail(type(error).__name__) from error


def read_msg(content: bytes) -> Mail:
    """Read the file format of Outlook. Raises: NotAMail."""
    try:
        return _msg(content)
    except Exception as error:  # any structure may be broken
        raise NotAMail(type(error).__name__) from error


def _eml(content: bytes) -> Mail:
    message: Any = email.message_from_bytes(content, policy=email.policy.default)
    plain: list[str] = []
    html: list[str] = []
    found: list[Attachment] = []
    left_out = 0
    for number, part in enumerate(_leaves(message, 0), 1):
        kind = part.get_content_type()
        name = _file_name(part)
        disposition = str(part.get_content_disposition() or "")
        is_text = kind in {"text/plain", "text/html"}
        if is_text and disposition != "attachment" and not name:
            (plain if kind == "text/plain" else html).append(_decoded(part))
            continue
        if len(found) >= MAX_PARTS:
            left_out += 1
            continue
        inline = disposition != "attachment" and kind.startswith("image/") and "content-id" in part
        name = name or _made_up(kind, number)
        found.append(Attachment(safe_name(name), _bytes(part), kind, bool(inline)))
    text = "\n".join(plain).strip() or html_text("\n".join(html))
    return Mail(
        sender=_header(message, "from"),
        to=_header(message, "to"),
        subject=_header(message, "subject"),
        sent_at=_date(_header(message, "date")),
        message_id=_header(message, "message-id")[:500],
        text=_clean(text),
        attachments=found,
        left_out=left_out,
    )


def _leaves(message: Any, depth: int) -> Iterator[Any]:
    """The parts that are no containers; a mail inside stays one piece."""
    if depth > MAX_DEPTH:
        return
    if message.get_content_maintype() == "multipart" and isinstance(message.get_payload(), list):
        for part in message.get_payload():
            yield from _leaves(part, depth + 1)
    else:
        yield message


def _bytes(part: Any) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        if isinstance(inner, list) and inner and isinstance(inner[0], Message):
            return inner[0].as_bytes(policy=email.policy.compat32)
    raw = part.get_payload(decode=True)
    return raw if isinstance(raw, bytes) else b""


def _decoded(part: Any) -> str:
    raw = _bytes(part)
    for charset in (str(part.get_content_charset() or ""), "utf-8", "cp1252"):
        try:
            return raw.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("latin-1")


def _file_name(part: Any) -> str:
    try:
        return str(part.get_filename() or "")
    except Exception:  # broken encodings of the name
        return ""


def _made_up(kind: str, number: int) -> str:
    ends = {"message/rfc822": "eml", "text/calendar": "ics", "application/pkcs7-signature": "p7s"}
    end = ends.get(kind) or re.sub(r"[^a-z0-9]", "", kind.partition("/")[2])[:8] or "bin"
    return f"anhang-{number}.{end}"


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = str(message.get(name) or "")
    except Exception:  # headers may be broken beyond reading
        return ""
    return " ".join(_NOTHING.sub(" ", value).split())[:500]


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if 1980 <= found.year <= 2200 else None


def _msg(content: bytes) -> Mail:
    from oxmsg import Message as OutlookMessage

    message = OutlookMessage.load(content)
    found, left_out = [], 0
    for number, part in enumerate(message.attachments, 1):
        raw = part.file_bytes
        if raw is None:  # a link, or a mail inside in Outlook's own form: kept with the original
            left_out += 1
            continue
        name = safe_name(part.file_name or f"anhang-{number}.bin")
        found.append(Attachment(name, raw, part.mime_type or ""))
    headers = {key.lower(): value for key, value in message.message_headers.items()}
    text = message.body or html_text(message.html_body or "")
    sent = message.sent_date
    if sent is not None and sent.tzinfo is None:
        sent = sent.replace(tzinfo=UTC)
    recipients = ", ".join(str(one.name or one.email_address) for one in message.recipients)
    return Mail(
        sender=_clean(message.sender or "")[:500],
        to=_clean(recipients)[:500],
        subject=_clean(message.subject)[:500],
        sent_at=sent,
        message_id=_clean(headers.get("message-id", ""))[:500],
        text=_clean(text),
        attachments=found,
        left_out=left_out,
    )


def address_of(sender: str) -> str:
    """The address in ``Name <a@b.de>``, lower case."""
    return parseaddr(sender)[1].lower()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._quiet += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._quiet = max(0, self._quiet - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.parts.append(" ".join(data.split()) + (" " if data[-1:].isspace() else ""))


def html_text(html: str) -> str:
    """Only the words of an HTML page, a line for each paragraph."""
    if not html.strip():
        return ""
    parser = _Text()
    parser.feed(html[: MAX_TEXT * 5])
    parser.close()
    lines = [line.strip() for line in "".join(parser.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _clean(text: str) -> str:
    return _NOTHING.sub(" ", text.replace("\r\n", "\n"))[:MAX_TEXT]
