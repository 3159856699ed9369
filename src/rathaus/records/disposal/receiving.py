"""Taking in what an archive sends: checked, understood, done once; refused with a reason."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from lxml import etree

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.records.disposal import answers, events, exchange
from rathaus.records.disposal.models import Archive, Message, MessageState, Process, Quarantine
from rathaus.records.xdomea import parse
from rathaus.records.xdomea.errors import MessageRefused
from rathaus.records.xdomea.parse import Received
from rathaus.records.xdomea.unpack import opened
from rathaus.records.xdomea.versions import process_of_name

ANSWERS: dict[str, Callable[[Process, Received, Message], str]] = {
    "0502": answers.appraised,
    "0504": answers.offer_received,
    "0506": answers.imported,
    "0507": answers.transfer_received,
}
MAX_QUARANTINE = 512 * 1024 * 1024
"""Bytes of a refused message of which a copy is kept."""


@dataclass(frozen=True)
class Taken:
    """What became of a message."""

    accepted: bool
    process: str = ""
    code: str = ""
    again: bool = False
    """It had been taken in before; nothing happened this time."""
    reason: str = ""
    key: str = ""
    summary: str = ""


def take_in(path: Path, *, archive: Archive | None = None, name: str = "") -> Taken:
    """Take in one message. Never raises for what is in it: a refusal is a result.

    `archive`: whose folder it came from; it may answer only its own processes. `name`: how
    the sender called the file, if `path` is a temporary one.
    """
    called = (name or path.name)[-200:]
    try:
        with opened(path, name=called) as parcel:
            found = parse.read(parcel)
            digest = hashlib.sha256(etree.tostring(parcel.xml, method="c14n")).hexdigest()
            extra = len(parcel.files)
        if extra:
            reason = _("Die Nachricht enthält Dateien, die nicht dazugehören.")
            raise MessageRefused("unexpected-files", reason)
        return _understood(found, digest, called, path, archive)
    except MessageRefused as refused:
        _set_aside(path, called, refused, archive)
        return Taken(False, reason=str(refused.reason), key=refused.key)


def _understood(
    found: Received, digest: str, name: str, path: Path, archive: Archive | None
) -> Taken:
    if found.code not in ANSWERS:
        reason = _("Diese Nachricht schickt ein Archiv nicht: ")
        raise MessageRefused("wrong-direction", reason + found.code)
    process = (
        Process.objects.select_related("archive", "chain").filter(public_id=found.process).first()
    )
    if process is None or process.archive is None:
        raise MessageRefused("unknown-process", _("Diese Aussonderung gibt es hier nicht."))
    if archive is not None and process.archive_id != archive.pk:
        reason = _("Die Nachricht gehört zu einer Aussonderung mit einem anderen Archiv.")
        raise MessageRefused("wrong-archive", reason)
    if found.version.number != process.version:
        reason = _("Die Nachricht ist in xdomea %(theirs)s, vereinbart ist %(ours)s.")
        both = {"theirs": found.version.number, "ours": process.version}
        raise MessageRefused("wrong-version", str(reason) % both)
    key = found.message or digest
    if process.messages.filter(incoming=True, key=key).exists():
        return Taken(True, process.reference, found.code, again=True)
    _check_answer(process, found)
    try:
        with transaction.atomic():
            message = Message.objects.create(
                public_id=uuid.UUID(found.message) if found.message else uuid.uuid4(),
                process=process,
                incoming=True,
                code=found.code,
                key=key,
                number=found.number,
                answers=uuid.UUID(found.answers) if found.answers else None,
                name=name,
                sha256=_sha256(path),
                size=path.stat().st_size,
                state=MessageState.RECEIVED,
                created_at=now(),
            )
            summary = ANSWERS[found.code](process, found, message)
            Message.objects.filter(pk=message.pk).update(summary=summary[:300])
            told = events.DisposalMessage(
                process=process.reference, code=found.code, incoming=True, sha256=message.sha256
            )
            record(process.chain, told, actor=_archive(process.partner))
    except IntegrityError:  # another worker took it in at the same moment
        if process.messages.filter(incoming=True, key=key).exists():
            return Taken(True, process.reference, found.code, again=True)
        raise
    return Taken(True, process.reference, found.code, summary=summary)


def _check_answer(process: Process, found: Received) -> None:
    """4.0 names the message it answers: it has to be one that was sent here."""
    if not found.answers:
        return
    wanted = {"0502": "0501", "0504": "0501", "0506": "0503", "0507": "0503"}[found.code]
    sent = process.messages.filter(incoming=False, code=wanted, public_id=found.answers)
    if not sent.exists():
        reason = _("Die Nachricht antwortet auf etwas, das nicht gesendet wurde.")
        raise MessageRefused("unknown-origin", reason)


def _archive(archive: Archive) -> Actor:
    return Actor.provider(f"archive:{archive.folder}"[:64], archive.name[:120])


def _set_aside(
    path: Path, name: str, refused: MessageRefused, archive: Archive | None
) -> Quarantine:
    """Keep a copy under a name of ours, with the reason; the process is untouched."""
    digest, size = _sha256(path), path.stat().st_size
    known = Quarantine.objects.filter(sha256=digest, name=name, settled_at__isnull=True).first()
    if known is not None:
        return known
    stored = ""
    if size <= MAX_QUARANTINE:
        folder = exchange.quarantine()
        folder.mkdir(parents=True, exist_ok=True)
        stored = f"{uuid.uuid4().hex}.refused"
        shutil.copyfile(path, folder / stored)
    named = process_of_name(name)
    about = Process.objects.filter(public_id=named[0]).first() if named else None
    if about is not None and archive is not None and about.archive_id != archive.pk:
        about = None
    return Quarantine.objects.create(
        archive=archive,
        process=about,
        name=name,
        stored=stored,
        sha256=digest,
        size=size,
        key=refused.key[:40],
        reason=str(refused.reason)[:400],
        at=now(),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def settle(*, quarantine: Quarantine, actor: Actor) -> bool:
    """Mark a refused message as dealt with and remove its copy; False if it was already."""
    done = Quarantine.objects.filter(pk=quarantine.pk, settled_at=None).update(
        settled_at=now(), settled_by=actor.label, stored=""
    )
    if done and quarantine.stored:
        (exchange.quarantine() / Path(quarantine.stored).name).unlink(missing_ok=True)
    return bool(done)
