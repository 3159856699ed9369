"""E-mail from anybody (.eml, .msg): who, what, when, the text, and what hangs on it.

HTML is never shown as HTML: only its words are taken. Attachments are bytes with a name. The
file itself is kept as it came; what is read here is for people, for the search and for the
items that attachments become.
"""

from __future__ import annotations

from rathaus.records.mailfile.headers import address_of
from rathaus.records.mailfile.html import html_text
from rathaus.records.mailfile.model import MAX_PARTS, MAX_TEXT, Attachment, Mail, NotAMail

__all__ = ["MAX_PARTS", "MAX_TEXT", "Attachment", "Mail", "NotAMail", "address_of", "html_text",
           "read", "read_eml", "read_msg"]  # fmt: skip
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(content: bytes) -> Mail:
    """Read either form, by its first bytes. Raises: NotAMail."""
    return read_msg(content) if content.startswith(OLE) else read_eml(content)


def read_eml(content: bytes) -> Mail:
    """Read RFC 5322 / MIME. Raises: NotAMail."""
    from rathaus.records.mailfile import internet

    try:
        return internet.mail(content)
    except Exception as error:  # the parser of the library has many ways to give up
        raise NotAMail(type(error).__name__) from error


def read_msg(content: bytes) -> Mail:
    """Read the file format of Outlook (MS-OXMSG). Raises: NotAMail."""
    from rathaus.records.mailfile import outlook

    try:
        return outlook.mail(content)
    except Exception as error:  # any structure may be broken
        raise NotAMail(type(error).__name__) from error
