"""Heads of mails and of parts, as the mail programs of the world write them, faults included.

RFC 5322 (fields), 2047 (words in other letters), 2231 (parameters in other letters), 6532 (UTF-8
as it is). The readers of the library take minutes for some heads and give up on others: so
everything is cut first and read leniently.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from typing import Any

from rathaus.records.mailfile.model import one_line
from rathaus.records.mailfile.words import decoded

LONGEST = 20_000
"""Characters of a field that are read."""
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_SENDERS = ("from", "sender", "reply-to", "return-path")


def raw(part: Any, name: str) -> str:
    """The first field of this name in one line, 8-bit letters read; "" if there is none."""
    for key, value in part.raw_items():
        if key.lower() == name:
            text = _FOLD.sub(" ", str(value)[:LONGEST])
            return decoded(text.encode("utf-8", "surrogateescape"))
    return ""


def words(text: str) -> str:
    """With encoded words read (RFC 2047), also inside quotes, where they should not be.

    Neighbours are put together before they are read: some programs cut inside of a letter.
    """
    found: list[str] = []
    waiting, charset, at = b"", "", 0
    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        label = word[1].partition("*")[0]
        if waiting and (between.strip() or label.lower() != charset.lower()):
            found.append(decoded(waiting, charset))
            waiting = b""
            if between.strip():
                found.append(between)
        elif not waiting and (between.strip() or at == 0):
            found.append(between)
        waiting, charset, at = waiting + _bytes(word[2], word[3]), label, word.end()
    if waiting:
        found.append(decoded(waiting, charset))
    return "".join(found) + text[at:]


def _bytes(how: str, text: str) -> bytes:
    if how in "qQ":
        return quopri.decodestring(text.replace("_", " ").encode("utf-8", "replace"), header=True)
    clean = re.sub(r"[^A-Za-z0-9+/]", "", text)
    try:
        return base64.b64decode(clean[: len(clean) - (len(clean) % 4 == 1)] + "==")
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "replace")


def line(part: Any, name: str, most: int = 500) -> str:
    """A field for people."""
    return one_line(words(raw(part, name)), most)


def people(part: Any, name: str, most: int = 500) -> str:
    """Names and addresses. A name that looks like an address stays inside its quotes."""
    text = raw(part, name)
    try:
        pairs = [(words(shown), address) for shown, address in getaddresses([text]) if address]
    except Exception:  # nested comments and the like
        pairs = []
    if not pairs or not any("@" in address for _shown, address in pairs):
        return one_line(words(text), most)
    return one_line(", ".join(_person(*pair) for pair in pairs), most)


def _person(shown: str, address: str) -> str:
    shown = one_line(shown.replace('"', "").replace("\\", ""))
    if not shown or shown == address:
        return address
    return f'"{shown}" <{address}>' if re.search(r"[<>@,;:()]", shown) else f"{shown} <{address}>"


def sender(part: Any) -> str:
    """Who wrote it, as far as it says."""
    return next((found for name in _SENDERS if (found := people(part, name))), "")


def address_of(shown: str) -> str:
    """The address in ``Name <a@b.de>``, lower case."""
    return parseaddr(shown)[1].lower()


def date(text: str) -> datetime | None:
    """A date of a head; None for none that can be true."""
    try:
        found = parsedate_to_datetime(text[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if 1980 <= found.year <= 2200 else None


def parameter(part: Any, field: str, name: str) -> str:
    """A parameter, whichever way it is written; the extended form (RFC 2231) counts first."""
    reader = Message()
    reader["x"] = raw(part, field)
    try:
        pairs = reader.get_params(header="x") or []
    except Exception:  # numbers of continuations that are none, and the like
        return ""
    values = [value for key, value in pairs if key.lower() == name]
    for value in values:
        if isinstance(value, tuple):
            charset, _language, text = value
            return decoded(text.encode("latin-1", "replace"), charset or "")
    return words(str(values[0])) if values else ""


def file_name(part: Any) -> str:
    """The name that a part is to be kept under, as it was sent."""
    return parameter(part, "content-disposition", "filename") or parameter(
        part, "content-type", "name"
    )
