"""Messages to archives: written down first, then packed and sent by a job, once."""

from __future__ import annotations

from functools import cache, partial
from importlib import metadata
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.jobs import enqueue
from rathaus.organisation import queries as organisation
from rathaus.records.disposal import events, exchange
from rathaus.records.disposal.models import Archive, Message, MessageState, Process
from rathaus.records.disposal.states import ItemState
from rathaus.records.models import Case
from rathaus.records.xdomea import mapping, messages
from rathaus.records.xdomea.content import Dossier, Head, Party
from rathaus.records.xdomea.package import Packed, pack
from rathaus.records.xdomea.versions import Version

ACTOR = Actor.system("disposal")


def queue(process: Process, code: str, *, answers: Message | None = None) -> Message:
    """Write a message down and let a job send it; call it in the transaction of the step."""
    from rathaus.records.disposal import jobs

    number = process.messages.filter(incoming=False, code=code).count() + 1
    found, _made = Message.objects.get_or_create(
        process=process,
        incoming=False,
        key=f"{code}:{answers.key if answers else number}",
        defaults={
            "code": code,
            "number": number,
            "answers": answers.public_id if answers else None,
            "state": MessageState.READY,
            "created_at": now(),
        },
    )
    enqueue(jobs.send, dedupe_key=f"xdomea:{found.pk}", message_id=found.pk)
    return found


def send(message: Message) -> bool:
    """Pack a message into the folder of its archive; False if that was done before."""
    process = message.process
    archive = process.archive
    if message.state != MessageState.READY or archive is None:
        return False
    packed = _pack(message, process, archive)
    if archive.webdav_url:
        exchange.push(archive, packed.path)
    with transaction.atomic():
        sent = Message.objects.filter(pk=message.pk, state=MessageState.READY).update(
            state=MessageState.SENT,
            name=packed.path.name,
            sha256=packed.sha256,
            size=packed.size,
            sent_at=now(),
        )
        if sent:
            told = events.DisposalMessage(
                process=process.reference, code=message.code, incoming=False, sha256=packed.sha256
            )
            record(process.chain, told, actor=ACTOR)
    return bool(sent)


def _pack(message: Message, process: Process, archive: Archive) -> Packed:
    version = messages.spoken(process.version)
    stem = version.stem(message.code, process.public_id, message.number)
    about = head_of(message, process, archive)
    folder = exchange.outbox(archive)
    if message.code == "0501":
        told = content(process, full=False)
        return pack(folder, stem, partial(_offer, version, about, told))
    if message.code == "0503":
        told = content(process, full=True)
        files = (file for one in told for matter in one.matters for file in matter.files())
        return pack(
            folder, stem, partial(_transfer, version, about, told), files, mapping.read_file
        )
    return pack(folder, stem, lambda out: messages.receipt(out, version, about))


def content(process: Process, *, full: bool) -> list[Dossier]:
    """The dossiers with the cases that a message of `process` speaks of."""
    state = ItemState.TRANSFERRED if full else ItemState.OFFERED
    items = process.items.filter(state=state)
    kinds = {str(item.case_uuid): item.verdict or item.proposal for item in items}
    cases = Case.objects.filter(disposal_items__in=items).select_related(
        "dossier__filing_plan_entry", "dossier__office", "office", "chain"
    )
    return mapping.dossiers(cases, full=full, kinds=kinds)


def head_of(message: Message, process: Process, archive: Archive) -> Head:
    """Head of an outgoing message."""
    return Head(
        process=str(process.public_id),
        code=message.code,
        created=message.created_at,
        sender=own_party(archive),
        reader=Party(archive.name, key=archive.key),
        product_version=product_version(),
        note=_("Aussonderung %(reference)s") % {"reference": process.reference},
        message=str(message.public_id),
        answers=str(message.answers) if message.answers else "",
        number=message.number,
        total=message.number,
    )


@cache
def product_version() -> str:
    """Version of this software, "" when it runs from a folder without installation."""
    try:
        return metadata.version("offenes-rathaus")
    except metadata.PackageNotFoundError:
        return ""


def own_party(archive: Archive | None) -> Party:
    """The town as a party of messages."""
    town = organisation.town()
    key = (archive.own_key if archive else "") or town.municipality_key
    return Party(town.full_name, _("Schriftgutverwaltung"), key)


def _offer(version: Version, head: Head, told: list[Dossier], out: IO[bytes]) -> None:
    messages.offer(out, version, head, told)


def _transfer(version: Version, head: Head, told: list[Dossier], out: IO[bytes]) -> None:
    messages.transfer(out, version, head, told)
