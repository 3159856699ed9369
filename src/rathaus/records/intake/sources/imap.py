"""Mail boxes over IMAP (RFC 3501): store, commit, and only then move the mail away.

Each mail is kept whole. The same mail is recognised by Message-ID and digest, so that a crash
between commit and move, or a server that delivers twice, makes no second item.
"""

from __future__ import annotations

import hashlib
import imaplib
import logging
import re
import ssl
import time
from datetime import UTC, datetime
from email.parser import BytesHeaderParser

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.secrets import SealBroken, unseal
from rathaus.records.intake.actions.receive import limit_bytes, receive
from rathaus.records.intake.errors import NoRoom, SourceRefused, TooLarge
from rathaus.records.intake.models import MailBox, MailTls
from rathaus.records.intake.states import Source

log = logging.getLogger("rathaus.intake")
ACTOR = Actor.system("intake-mail")
TIMEOUT = 30.0
AT_ONCE = 50
ASKED = 500
"""So many mails are looked at for those `AT_ONCE`: some stay in the box because of their size."""
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_DATE = re.compile(rb'INTERNALDATE "[^"]{1,40}"')


def check_host(host: str, port: int) -> None:
    """Raises: SourceRefused for a host that is not allowed by the operator."""
    allowed = {one.lower() for one in settings.RATHAUS_INTAKE_MAIL_HOSTS}
    if host.lower() not in allowed and f"{host.lower()}:{port}" not in allowed:
        raise SourceRefused(
            _("Dieser Server ist nicht erlaubt. Der Betrieb trägt ihn in "
              "RATHAUS_INTAKE_MAIL_HOSTS ein.")
        )  # fmt: skip


def run(mailbox_id: int) -> int:
    """Take in new mail; returns how many new items. What goes wrong is kept with the mail box."""
    box = MailBox.objects.select_related("office").filter(pk=mailbox_id, active=True).first()
    if box is None:
        return 0
    error, taken = "", 0
    try:
        check_host(box.host, box.port)
        with connect(box) as connection:
            taken, error = _take_all(box, connection)
    except SourceRefused as refused:
        error = str(refused)
    except (imaplib.IMAP4.error, OSError, SealBroken, ValueError) as problem:
        log.warning("mail box %s: %s", box.pk, type(problem).__name__)
        error = explain(problem)
    MailBox.objects.filter(pk=box.pk).update(
        last_run_at=now(), last_error=error[:300], taken=F("taken") + taken
    )
    return taken


def explain(problem: BaseException) -> str:
    """What went wrong, for people."""
    if isinstance(problem, ssl.SSLError):
        return _("Das Zertifikat des Mail-Servers ist nicht gültig.")
    if isinstance(problem, imaplib.IMAP4.error):
        return _(
            "Der Mail-Server hat abgelehnt: Bitte prüfen Sie Anmeldename, Kennwort und Ordner."
        )
    if isinstance(problem, SealBroken):
        return _("Das gespeicherte Kennwort ist nicht lesbar. Bitte geben Sie es neu ein.")
    return _("Der Mail-Server ist nicht erreichbar.")


def connect(box: MailBox) -> imaplib.IMAP4:
    """Signed in, encrypted, certificate checked. Raises: imaplib.IMAP4.error, OSError."""
    context = ssl.create_default_context()
    connection: imaplib.IMAP4
    if box.tls == MailTls.TLS:
        connection = imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=TIMEOUT)
    else:
        connection = imaplib.IMAP4(box.host, box.port, timeout=TIMEOUT)
        connection.starttls(ssl_context=context)
    connection.login(box.user, unseal(box.password))
    return connection


def _take_all(box: MailBox, connection: imaplib.IMAP4) -> tuple[int, str]:
    """How many new items, and what somebody has to know about what stays in the box."""
    status, _data = connection.select(_quoted(box.folder))
    if status != "OK":
        raise connection.error("folder")
    _status, data = connection.uid("SEARCH", "UNDELETED")
    uids = (data[0] or b"").split()[:ASKED] if data else []
    if uids:
        connection.create(_quoted(box.done))  # "NO" where it exists already
    taken = looked = left = stuck = 0
    for uid in uids:
        try:
            taken += _take(box, connection, uid.decode("ascii"))
            looked += 1
        except TooLarge:
            left += 1
        except _Stuck as error:  # it is taken in all the same, and so are the others
            taken += error.taken
            looked, stuck = looked + 1, stuck + 1
        except NoRoom:
            return taken, _(
                "Auf dem Server ist kein Speicherplatz mehr frei. Die Nachrichten bleiben im "
                "Postfach, bis wieder Platz ist."
            )
        if looked >= AT_ONCE:
            break
    return taken, _not_moved(box.done) if stuck else _too_large(left)


class _Stuck(Exception):
    """A mail is taken in, but cannot be moved to the folder for what is done."""

    def __init__(self, taken: int) -> None:
        super().__init__()
        self.taken = taken


def _not_moved(folder: str) -> str:
    return _(
        "Nachrichten sind angekommen, lassen sich aber nicht in den Ordner „%(folder)s“ "
        "verschieben. Ist das Postfach voll?"
    ) % {"folder": folder}


def _too_large(number: int) -> str:
    if not number:
        return ""
    text = ngettext(
        "%(n)s Nachricht ist größer als %(mb)s MB. Sie bleibt im Postfach: Bitte holen Sie sie von "
        "Hand.",
        "%(n)s Nachrichten sind größer als %(mb)s MB. Sie bleiben im Postfach: Bitte holen Sie sie "
        "von Hand.",
        number,
    )
    return text % {"n": number, "mb": settings.RATHAUS_INTAKE_MAX_MB}


def _take(box: MailBox, connection: imaplib.IMAP4, uid: str) -> int:
    """1 for a new item. Raises: TooLarge, NoRoom, _Stuck: then the mail stays where it is."""
    fetched = _fetch(connection, uid)
    if fetched is None:
        return 0
    content, delivered_at = fetched
    message_id = " ".join(
        str(BytesHeaderParser().parsebytes(content).get("Message-ID", "")).split()
    )
    item = receive(
        office=box.office,
        source=Source.MAIL,
        name="nachricht.eml",
        content=content,
        actor=ACTOR,
        source_detail=f"{box.user}, {box.folder}",
        received_at=min(delivered_at or now(), now()),
        key=f"{message_id[:500]}:{hashlib.sha256(content).hexdigest()}",
    )
    taken = 0 if item.was_known else 1
    if not _move(connection, uid, box.done):
        raise _Stuck(taken)
    return taken


def _fetch(connection: imaplib.IMAP4, uid: str) -> tuple[bytes, datetime | None] | None:
    """The mail as it is, unread flag untouched, and when it came into the box: periods run from
    then, not from when we looked. None where it is gone. Raises: TooLarge.
    """
    _status, sizes = connection.uid("FETCH", uid, "(RFC822.SIZE INTERNALDATE)")
    line = b" ".join(part for part in sizes if isinstance(part, bytes))
    size = _SIZE.search(line)
    if size is None:
        return None
    if int(size[1]) > limit_bytes():
        raise TooLarge
    _status, data = connection.uid("FETCH", uid, "(BODY.PEEK[])")
    for part in data:
        if isinstance(part, tuple) and isinstance(part[1], bytes):
            return part[1], _delivered_at(line)
    return None


def _delivered_at(line: bytes) -> datetime | None:
    found = _DATE.search(line)
    local = imaplib.Internaldate2tuple(found[0]) if found else None
    try:
        return datetime.fromtimestamp(time.mktime(local), UTC) if local else None
    except (OverflowError, ValueError):
        return None


def _move(connection: imaplib.IMAP4, uid: str, target: str) -> bool:
    """Into the folder for what is done (MOVE, RFC 6851; else copy, then delete the one copied).

    False where the server does not.
    """
    if "MOVE" in connection.capabilities:
        status, _data = connection.uid("MOVE", uid, _quoted(target))
        if status == "OK":
            return True
    status, _data = connection.uid("COPY", uid, _quoted(target))
    if status != "OK":
        return False
    connection.uid("STORE", uid, "+FLAGS", r"(\Deleted)")
    if "UIDPLUS" in connection.capabilities:
        connection.uid("EXPUNGE", uid)
    return True


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
