"""Filing what the dry run found ready: piece by piece, each piece all or none."""

from __future__ import annotations

import hashlib
import mimetypes
import time

from django.db import IntegrityError, transaction
from django.db.models import F

from rathaus.core import storage, virus
from rathaus.core.events import together
from rathaus.core.models import Blob
from rathaus.records import actions as records
from rathaus.records.legacy import closing, lease, targets
from rathaus.records.legacy.models import Imported, ImportItem, ImportRun, ItemState
from rathaus.records.legacy.reading import source_key
from rathaus.records.legacy.sources import files
from rathaus.records.legacy.states import RunState
from rathaus.records.models import Direction, DocumentKind
from rathaus.records.scanning import reading as scans

PIECE = 40
SLICE_SECONDS = 40.0
Stored = list[tuple[ImportItem, Blob, str]]


class _Stopped(Exception):
    """Somebody paused or cancelled the run: undo the piece."""


def file(run: ImportRun, token: str, *, seconds: float = SLICE_SECONDS) -> bool:
    """File on; True when nothing is left and the cases of old are closed.

    Raises: virus.ScannerUnavailable: nothing is filed unseen.
    """
    end = time.monotonic() + seconds
    while True:
        rows = ImportItem.objects.filter(run=run, state=ItemState.READY).order_by("position")
        piece = list(rows[:PIECE])
        if not piece:
            return closing.close_cases(run, token, end)
        stored = _store(run, piece)
        try:
            with together():
                _hold(run, token)
                for one in stored:
                    _one(run, *one)
        except _Stopped:
            return False
        except (IntegrityError, targets.Refused):
            if not _singly(run, token, stored):
                return False
        if time.monotonic() > end:
            return False


def _hold(run: ImportRun, token: str) -> None:
    if not lease.renew(run, token, RunState.RUNNING):
        raise _Stopped


def _store(run: ImportRun, piece: list[ImportItem]) -> Stored:
    """Bytes before the transaction: it must not wait for the disk."""
    found: Stored = []
    for item in piece:
        try:
            data = files.content(run.base, bytes(item.raw))
        except files.Refused as error:
            _fail(run, item, error.code)
            continue
        if hashlib.sha256(data).hexdigest() != item.sha256:
            _fail(run, item, "changed")
            continue
        try:
            verdict = virus.scan(data)
        except virus.TooLargeToScan:
            _fail(run, item, "unscanned")  # waiting would hold up all that come after it
            continue
        if verdict.state == "infected":
            _fail(run, item, "infected", verdict.name)
            continue
        found.append((item, storage.put(data), _type(data, item.path)))
    return found


def _type(data: bytes, path: str) -> str:
    return scans.type_of(data[:2048]) or mimetypes.guess_type(path)[0] or "application/octet-stream"


def _singly(run: ImportRun, token: str, stored: Stored) -> bool:
    """One by one, because one of the piece cannot be filed (another importer was faster)."""
    for item, blob, kind in stored:
        try:
            with together():
                _hold(run, token)
                _one(run, item, blob, kind)
        except _Stopped:
            return False
        except IntegrityError:
            _fail(run, item, "known", state=ItemState.DUPLICATE)
        except targets.Refused as error:
            _fail(run, item, error.code, error.detail)
    return True


def _one(run: ImportRun, item: ImportItem, blob: Blob, kind: str) -> None:
    place = targets.case_for(run, item)
    document = records.file_document(
        case=place.case,
        title=item.title or item.path,
        kind=DocumentKind.UPLOAD,
        content=blob,
        name=item.path.rpartition("/")[2],
        content_type=kind,
        direction=Direction.IN,
        actor=run.actor,
    )
    Imported.objects.create(path_key=source_key(run, item), sha256=item.sha256, document=document)
    targets.widen(place, item)
    mine = ImportItem.objects.filter(pk=item.pk, state=ItemState.READY)
    if not mine.update(state=ItemState.DONE, document=document):
        raise IntegrityError("filed by somebody else")
    ImportRun.objects.filter(pk=run.pk).update(ready=F("ready") - 1, done=F("done") + 1)


def _fail(
    run: ImportRun,
    item: ImportItem,
    problem: str,
    detail: str = "",
    state: ItemState = ItemState.FAILED,
) -> None:
    with transaction.atomic():
        mine = ImportItem.objects.filter(pk=item.pk, state=ItemState.READY)
        if mine.update(state=state, problem=problem, detail=detail[:200]):
            column = "duplicates" if state == ItemState.DUPLICATE else "failed"
            ImportRun.objects.filter(pk=run.pk).update(
                ready=F("ready") - 1, **{column: F(column) + 1}
            )
