"""Mails as they travel (RFC 5322, MIME), in every shape that mail programs give them."""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import quopri
import re
from dataclasses import dataclass, field
from email.generator import BytesGenerator
from io import BytesIO
from typing import Any

from rathaus.records.mailfile import headers, smime, tnef
from rathaus.records.mailfile.model import MAX_PARTS, Attachment, Mail, clean
from rathaus.records.mailfile.words import decoded, of_html, unflowed
from rathaus.records.names import safe_name

MAX_DEPTH = 20
_PIXELS = {"text/x-amp-html", "text/watch-html"}
"""The same text a third time, for one reader of mail only."""
_TEXT = {"text/plain", "text/html"}
_TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
_ENDS = {"message/rfc822": "eml", "message/global": "eml", "text/calendar": "ics",
         "application/pkcs7-signature": "p7s", "application/x-pkcs7-signature": "p7s",
         "application/pkcs7-mime": "p7m", "application/x-pkcs7-mime": "p7m",
         "application/pgp-signature": "asc", "application/pgp-encrypted": "asc",
         "message/delivery-status": "txt", "message/global-delivery-status": "txt",
         "message/disposition-notification": "txt", "text/rfc822-headers": "txt",
         "image/jpeg": "jpg", "image/svg+xml": "svg", "text/x-vcard": "vcf",
         "text/vcard": "vcf", "text/rtf": "rtf", "application/rtf": "rtf"}  # fmt: skip
_LINE = re.compile(rb"^--([^\s-][^\r\n]{0,99}?)[ \t]*\r?$", re.MULTILINE)
_MUCH = 200
"""Characters that an HTML text may be longer than the plain one beside it, which otherwise only
says that there is more."""


def mail(content: bytes) -> Mail:
    """Raises: anything; `rathaus.records.mailfile` turns it into NotAMail."""
    content = _from_its_start(content)
    message = email.message_from_bytes(content)
    if not message.keys():
        raise ValueError("no head")
    reader = _Reader(content)
    text = reader.read(message, 0) or reader.named_text
    return Mail(
        sender=headers.sender(message),
        to=headers.people(message, "to"),
        cc=headers.people(message, "cc"),
        subject=headers.line(message, "subject"),
        sent_at=headers.date(headers.line(message, "date")),
        message_id=headers.line(message, "message-id"),
        text=clean(text).strip(),
        attachments=reader.found,
        left_out=reader.left_out,
        encrypted=reader.encrypted,
        signed=reader.signed,
    )


def _from_its_start(content: bytes) -> bytes:
    """Without marks and empty lines before the head, which some programs leave there."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.decode("utf-16", "replace").encode()
    return content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")


@dataclass
class _Reader:
    """Goes through the parts of one mail."""

    content: bytes
    found: list[Attachment] = field(default_factory=list)
    left_out: int = 0
    encrypted: bool = False
    signed: tuple[bytes, bytes] | None = None
    named_text: str = ""
    """The first text that came as a file: what people read if there is no other."""
    _seen: int = 0

    def read(self, part: Any, depth: int) -> str:
        """The text of a part; what it is not goes to `found`."""
        if depth > MAX_DEPTH:
            self.left_out += 1
            return ""
        if part.get_content_maintype() != "multipart":
            return self._leaf(part, depth)
        kind = part.get_content_subtype()
        inside = part.get_payload() if part.is_multipart() else _found_again(part)
        if not inside:
            return _plain_or_html(part)
        if kind == "signed" and self.signed is None and len(inside) == 2:
            self.signed = smime.detached(self.content, part, _bytes(inside[1]))
        if kind == "encrypted":
            self.encrypted = True
        texts = [self.read(one, depth + 1) for one in inside]
        if kind == "alternative":
            types = [one.get_content_type() for one in inside]
            return _best(list(zip(types, texts, strict=True)))
        return "\n\n".join(text.strip("\r\n") for text in texts if text.strip())

    def _leaf(self, part: Any, depth: int) -> str:
        self._seen += 1
        kind, name = part.get_content_type(), headers.file_name(part)
        disposition = headers.raw(part, "content-disposition").partition(";")[0].strip().lower()
        if kind in _TEXT and disposition != "attachment" and not name:
            return _text(part, kind)
        if kind in _PIXELS and disposition != "attachment":
            return ""
        content = _bytes(part)
        if smime.is_envelope(kind, name) and (inner := self._envelope(content)) is not None:
            return self.read(email.message_from_bytes(inner), depth + 1)
        if kind in _TNEF or content.startswith(tnef.MAGIC):
            return self._outlook(content, kind, name)
        if kind in _TEXT and not self.named_text:
            self.named_text = _text(part, kind)
        inline = disposition != "attachment" and kind.startswith("image/")
        inline = inline and bool(headers.raw(part, "content-id"))
        self._keep(Attachment(safe_name(name or _made_up(kind, self._seen)), content, kind, inline))
        return ""

    def _keep(self, one: Attachment) -> None:
        if len(self.found) < MAX_PARTS:
            self.found.append(one)
        else:
            self.left_out += 1

    def _envelope(self, content: bytes) -> bytes | None:
        """What lies in an S/MIME envelope that is only signed."""
        found = smime.opened(content)
        if found.encrypted:
            self.encrypted = True
        if found.inside is not None and self.signed is None:
            self.signed = (found.inside, content)
        return found.inside

    def _outlook(self, content: bytes, kind: str, name: str) -> str:
        """``winmail.dat``: what Outlook put in, or the file itself where it cannot be read."""
        try:
            packed = tnef.read(content)
        except tnef.Unreadable:
            self._keep(Attachment(safe_name(name or "winmail.dat"), content, kind))
            return ""
        for one in packed.files:
            self._keep(Attachment(safe_name(one.name), one.content, ""))
        if not self.named_text:
            self.named_text = packed.text
        return ""


def _best(choices: list[tuple[str, str]]) -> str:
    """Plain text, unless it says much less than another form of it."""
    plain = next((text for kind, text in choices if kind == "text/plain" and text.strip()), "")
    other = next((text for kind, text in reversed(choices) if kind != "text/plain"
                  and text.strip()), "")  # fmt: skip
    return other if len(other) > 2 * len(plain) + _MUCH or not plain else plain


def _text(part: Any, kind: str) -> str:
    raw, label = _bytes(part), headers.parameter(part, "content-type", "charset")
    if kind == "text/html":
        return of_html(raw, label)
    text = decoded(raw, label)
    if headers.parameter(part, "content-type", "format").lower() == "flowed":
        spaced = headers.parameter(part, "content-type", "delsp").lower() == "yes"
        text = unflowed(text, delete_space=spaced)
    return text


def _plain_or_html(part: Any) -> str:
    """A part that calls itself one of several and is one."""
    raw = _bytes(part)
    return of_html(raw) if b"<html" in raw[:4096].lower() else decoded(raw)


def _found_again(part: Any) -> list[Any]:
    """The parts of a container that names no line between them, or the wrong one."""
    body = _bytes(part)
    marks = _LINE.findall(body)
    mark = next((one for one in marks if marks.count(one) > 1 or b"--" + one + b"--" in body), b"")
    if not mark:
        return []
    kind = part.get_content_type().encode("ascii", "replace")
    again = email.message_from_bytes(
        b"Content-Type: " + kind + b'; boundary="' + mark + b'"\n\n' + body
    )
    return list(again.get_payload()) if again.is_multipart() else []


def _bytes(part: Any) -> bytes:
    if part.is_multipart():  # message/rfc822, reports: the library has read on inside
        raw = b"\n".join(_written(one) for one in part.get_payload())
        return _transported(raw, headers.raw(part, "content-transfer-encoding").strip().lower())
    # Without decode=True the library would already read it in the charset that the part names.
    raw = part.get_payload(decode=True)
    return raw if isinstance(raw, bytes) else b""


def _transported(raw: bytes, how: str) -> bytes:
    """A mail inside that was encoded on its way, which RFC 2046 forbids and servers do."""
    body = raw.lstrip(b"\r\n")
    if how == "base64":
        try:
            return base64.b64decode(re.sub(rb"\s+", b"", body), validate=True)
        except (binascii.Error, ValueError):
            return raw
    return quopri.decodestring(body) if how == "quoted-printable" else raw


def _written(message: Any) -> bytes:
    """A mail inside as it came: no line is broken anew."""
    out = BytesIO()
    policy = email.policy.compat32.clone(max_line_length=None, linesep="\r\n")
    BytesGenerator(out, mangle_from_=False, policy=policy).flatten(message)
    return out.getvalue()


def _made_up(kind: str, number: int) -> str:
    """A name for a part without one."""
    end = _ENDS.get(kind) or re.sub(r"[^a-z0-9]", "", kind.partition("/")[2])[:8] or "bin"
    return f"anhang-{number}.{end if kind != 'application/octet-stream' else 'bin'}"
