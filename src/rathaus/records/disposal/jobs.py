"""Work of disposal in the background: sending, receiving, destroying, protocols."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from pathlib import Path

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from rathaus.core.jobs import RetryLater, cron, enqueue, job
from rathaus.records.disposal import destruction, exchange, outgoing, protocol
from rathaus.records.disposal.actions.processes import spare
from rathaus.records.disposal.errors import NotAllDestroyed, StillReferenced
from rathaus.records.disposal.models import Archive, Item, Message, Process, Remains
from rathaus.records.disposal.states import ItemState

log = logging.getLogger("rathaus.records")
BATCH = 25
"""Cases destroyed by one run of the job: it stays well within its lease."""
SETTLED = 10.0
"""Seconds a file in the folder has to rest before it is read: archives copy slowly."""
MAX_FILES = 200
NOT_DESTROYED = _(
    "Der Vorgang konnte nicht vernichtet werden. Der technische Betrieb sieht die Ursache."
)


@job("disposal.send")
def send(*, message_id: int) -> None:
    """Pack and send a message."""
    message = Message.objects.select_related("process__archive", "process__chain").get(
        pk=message_id
    )
    outgoing.send(message)


@job("disposal.destroy")
def destroy(*, process_id: int) -> None:
    """Destroy released cases, some at a time, then remove their files and finish.

    One that cannot be destroyed stops no other: it says so in its process, and the job fails
    after all others are gone, so that the operator sees it.
    Raises: NotAllDestroyed.
    """
    rows = Item.objects.filter(process=process_id, state=ItemState.RELEASED)
    spare(rows, actor=destruction.ACTOR)
    # Those that failed before have a note and come last.
    batch = list(rows.order_by("note", "pk")[:BATCH])
    failed = [told for item in batch if (told := _trouble(item))]
    destruction.sweep()
    if rows.filter(note="").exists():
        raise RetryLater(0, "more cases to destroy")
    if failed:
        raise NotAllDestroyed("; ".join(failed))
    if rows.exists():
        raise RetryLater(0, "more cases to destroy")
    enqueue(finish, dedupe_key=f"finish:{process_id}", process_id=process_id)


@job("disposal.finish")
def finish(*, process_id: int) -> None:
    """File the protocol once all cases of a process have ended."""
    process = Process.objects.select_related("archive", "chain").get(pk=process_id)
    protocol.finish(process)


@cron("disposal.receive", every=timedelta(minutes=1))
def receive() -> None:
    """Look into the folders of all archives."""
    for archive in Archive.objects.filter(active=True):
        receive_from(archive)


def receive_from(archive: Archive, *, settled: float = SETTLED) -> int:
    """Take in what lies in the folder of one archive; returns how many messages."""
    from rathaus.records.disposal import receiving

    folder = exchange.inbox(archive)
    if not folder.is_dir():
        return 0
    done = 0
    for path in sorted(folder.iterdir())[:MAX_FILES]:
        if not _ready(path, settled):
            continue
        taken = receiving.take_in(path, archive=archive)
        if not taken.accepted:
            log.warning("message from %s refused (%s)", archive.folder, taken.key)
        _put_away(path, archive)
        done += 1
    return done


@cron("disposal.sweep", every=timedelta(hours=1))
def sweep() -> None:
    """What a crash may have left: files without key, destructions and protocols to go on."""
    if Remains.objects.exists():
        destruction.sweep()
    # What could not be destroyed has a job that failed, which a person starts again.
    waiting = Item.objects.filter(state=ItemState.RELEASED, note="")
    for pk in set(waiting.values_list("process", flat=True)):
        enqueue(destroy, dedupe_key=f"destroy:{pk}", process_id=pk)
    for process in Process.objects.running():
        if protocol.due(process):
            enqueue(finish, dedupe_key=f"finish:{process.pk}", process_id=process.pk)


@cron("disposal.emptied", every=timedelta(days=1))
def close_out_emptied() -> None:
    """Dossiers that could not go with their last case: their time came later."""
    while protocol.close_out_later():
        pass


def _trouble(item: Item) -> str:
    """Destroy a case; why that was not possible, "" where it was."""
    try:
        destruction.destroy(item)
    except (IntegrityError, StillReferenced) as error:
        log.exception("case %s could not be destroyed", item.reference)
        mine = Item.objects.filter(pk=item.pk, state=ItemState.RELEASED)
        mine.update(note=str(NOT_DESTROYED))
        return f"{item.reference}: {error}"
    return ""


def _ready(path: Path, settled: float) -> bool:
    """A whole file of ours to read: no link, no folder, not growing any more."""
    if path.is_symlink() or not path.is_file() or path.name.startswith("."):
        return False
    if path.suffix.lower() not in (".zip", ".xml", ".xdomea"):
        return False
    return time.time() - path.stat().st_mtime >= settled


def _put_away(path: Path, archive: Archive) -> None:
    """Out of the folder, so that it is not read again; refused ones lie in quarantine."""
    target = exchange.done(archive)
    target.mkdir(parents=True, exist_ok=True)
    path.replace(target / path.name)
