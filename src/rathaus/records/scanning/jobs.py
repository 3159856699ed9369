"""Work on scans after they came in: look at pages, throw away what nobody needs."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from rathaus.core import storage
from rathaus.core.jobs import enqueue, job
from rathaus.core.models import Blob
from rathaus.records.scanning import examine
from rathaus.records.scanning.models import FileState, ScanFile, ScanPage

AT_ONCE = 40
"""Pages of one run: well below the lease of a job, and a kill loses little."""


@job("scanning.look_at")
def look_at(*, file_id: int) -> None:
    """Look at the next pages of a file; runs again until all are seen."""
    file = ScanFile.objects.select_related("blob").filter(pk=file_id).first()
    if file is None or file.state != FileState.WAITING:
        return
    try:
        content = file.blob.read()
        count = examine.count_pages(content, file.content_type)
        seen = ScanPage.objects.filter(file=file).count()
        facts = list(examine.look(content, file.content_type, seen + 1, seen + AT_ONCE))
    except examine.Unreadable as error:
        _finish(file, FileState.UNREADABLE, problem=error.code, page_count=0)
        return
    except (storage.StorageDamaged, storage.StorageShredded):
        _finish(file, FileState.UNREADABLE, problem="damaged", page_count=0)
        return
    rows = [_row(file, page) for page in facts]
    try:
        with transaction.atomic():
            ScanPage.objects.bulk_create(rows)
            if seen + len(rows) >= count:
                _finish(file, FileState.READ, page_count=count)
            else:
                enqueue(look_at, file_id=file.pk)
    except IntegrityError:
        return  # the file was taken out, or another worker saw the same pages


def _row(file: ScanFile, page: examine.PageFacts) -> ScanPage:
    return ScanPage(
        file=file,
        number=page.number,
        width=page.width,
        height=page.height,
        ink=page.ink,
        fingerprint=page.fingerprint,
        picture=storage.put(page.picture),
    )


def _finish(file: ScanFile, state: FileState, **changes: Any) -> None:
    rows = ScanFile.objects.filter(pk=file.pk, state=FileState.WAITING)
    rows.update(state=state, **changes)


@job("scanning.forget")
def forget(*, blob_ids: list[int]) -> None:
    """Remove bytes that nothing refers to any more."""
    for row in Blob.objects.filter(pk__in=blob_ids):
        try:
            with transaction.atomic():
                storage.remove(row)
        except (ProtectedError, IntegrityError):
            continue


@job("scanning.forget_pictures")
def forget_pictures(*, batch_id: int) -> None:
    """The small pictures of a batch are for its check; without paper nobody compares again."""
    pages = ScanPage.objects.filter(file__batch=batch_id, picture__isnull=False)
    blobs = [pk for pk in pages.values_list("picture", flat=True) if pk is not None]
    pages.update(picture=None)
    forget(blob_ids=blobs)
