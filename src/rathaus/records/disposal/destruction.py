"""Destroying a case for good: rows, bytes, keys, search entries, personal data of events.

One case is one transaction, so a crash leaves it whole or gone. Stored files cannot be part
of a transaction: their names are written down in it (`Remains`) and a job removes them, after
a crash as well. Their keys are gone with the transaction, so what is left cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.storage import storages
from django.db import connection, transaction

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import local, now
from rathaus.core.events import record
from rathaus.core.models import Blob, EventPersonalData
from rathaus.records.disposal import events
from rathaus.records.disposal.actions.erasure import hide
from rathaus.records.disposal.errors import StillReferenced
from rathaus.records.disposal.models import ErasureRequest, Item, Process, Remains, Tombstone
from rathaus.records.disposal.moves import move_items
from rathaus.records.disposal.removal import Gone, remove_below, run_registered, still_used
from rathaus.records.disposal.states import ItemState, RequestState, Verdict
from rathaus.records.models import Case, Document, DocumentVersion

ACTOR = Actor.system("disposal")
KEPT_EVENTS = ("claim.", "payment.", "attempt.", "refund.")
"""Personal data of these events belongs to payments, which have a retention of their own."""


def destroy(item: Item) -> bool:
    """Destroy the case of a released item; False if that happened before.

    Raises: StillReferenced; DatabaseError where the database's own guards refuse.
    """
    with _scrubbed(), transaction.atomic():
        mine = Item.objects.filter(pk=item.pk)
        if not move_items(mine, ItemState.RELEASED, ItemState.DESTROYING):
            return False
        case = Case.objects.select_related("chain", "office", "dossier__filing_plan_entry").get(
            disposal_items=item
        )
        process = Process.objects.select_related("archive").get(pk=item.process_id)
        documents = Document.objects.filter(case=case).count()
        versions = DocumentVersion.objects.filter(document__case=case).count()
        _settle_requests(case, item)
        hide(case)
        told = events.CaseDestroyed(
            process=process.reference,
            verdict=item.verdict,
            retention_until=str(case.retention_until),
            archive_ident=item.archive_ident,
            documents=documents,
            files=versions,
        )
        record(case.chain, told, actor=_actor(process))
        gone = _remove(case)
        shredded, kept, size = _shred(gone)
        _erase_personal(case)
        _bury(case, item, process, documents=documents, files=shredded, kept=kept, size=size)
        move_items(mine, ItemState.DESTROYING, ItemState.DESTROYED, note="")
    return True


def sweep() -> int:
    """Remove stored files whose keys are gone; returns how many. Safe to repeat."""
    done = 0
    for remains in Remains.objects.order_by("pk").iterator():
        storages["records"].delete(remains.name)
        done += remains.delete()[0]
    if done and connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            # Until then deleted rows can still be read in the write-ahead log.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return done


def shred(blob: Blob) -> None:
    """Destroy a content in the caller's transaction; its bytes go even after a crash.

    Only for contents that nobody uses any more (`removal.still_used`).
    """
    if blob.name:
        Remains.objects.get_or_create(name=blob.name, defaults={"at": now()})
    storage.shred(blob)


def _remove(case: Case) -> Gone:
    run_registered(case)
    gone = Gone()
    Item.objects.filter(case=case).update(case=None)
    remove_below(Case, [case.pk], gone)
    return gone


def _shred(gone: Gone) -> tuple[int, int, int]:
    """Destroy contents that nobody else uses: (destroyed, kept, bytes destroyed)."""
    shredded = kept = size = 0
    lockable = Blob.objects.order_by("pk")
    if connection.features.has_select_for_update:
        # Waits for whoever is filing the same content now, so that the next look sees it.
        lockable = lockable.select_for_update()
    for blob in lockable.filter(pk__in=gone.blobs):
        if still_used(blob.pk):
            kept += 1
            continue
        if not blob.wrapped_key:
            continue
        shred(blob)
        shredded += 1
        size += blob.size
    return shredded, kept, size


def _erase_personal(case: Case) -> None:
    rows = EventPersonalData.objects.filter(event__chain=case.chain_id)
    for prefix in KEPT_EVENTS:
        rows = rows.exclude(event__type__startswith=prefix)
    rows.delete()


def _bury(
    case: Case, item: Item, process: Process, *, documents: int, files: int, kept: int, size: int
) -> None:
    case.chain.refresh_from_db()
    if case.closed_at is None or case.retention_until is None:
        raise StillReferenced(f"{case.reference} is not closed")
    Tombstone.objects.create(
        case_uuid=case.public_id,
        chain=case.chain,
        chain_length=case.chain.length,
        chain_head=case.chain.head,
        reference=case.reference,
        series=case.series,
        number=case.number,
        plan_code=case.dossier.filing_plan_entry.code,
        dossier_reference=case.dossier.reference,
        office_key=case.office.key,
        opened_on=local(case.opened_at).date(),
        closed_on=local(case.closed_at).date(),
        retention_years=case.retention_years,
        retention_until=case.retention_until,
        verdict=item.verdict,
        verdict_by=item.verdict_by,
        archive_name=process.archive.name if process.archive else "",
        archive_ident=item.archive_ident,
        process_reference=process.reference,
        proposed_by=process.proposed_by,
        released_by=process.released_by,
        destroyed_at=now(),
        documents=documents,
        files=files,
        kept_files=kept,
        size=size,
    )


def _settle_requests(case: Case, item: Item) -> None:
    result = RequestState.ARCHIVED if item.verdict == Verdict.ARCHIVE else RequestState.ERASED
    for request in ErasureRequest.objects.filter(case=case, state=RequestState.RESTRICTED):
        told = events.ErasureClosed(request=str(request.public_id), result=result)
        record(case.chain, told, actor=ACTOR)


def _actor(process: Process) -> Actor:
    return Actor("system", "disposal", f"Rathaus-Software für {process.released_by}"[:120])


@contextmanager
def _scrubbed() -> Iterator[None]:
    """Overwrite deleted rows: keys of contents must not be found in free pages (SQLite)."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete")
        before = int(cursor.fetchone()[0])
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.fetchall()
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA secure_delete = {before}")
            cursor.fetchall()
