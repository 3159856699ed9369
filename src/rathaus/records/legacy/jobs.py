"""Reading and filing in slices, so that a worker is never taken for long."""

from __future__ import annotations

from rathaus.core.jobs import RetryLater, enqueue, job
from rathaus.core.storage import StorageFull
from rathaus.core.virus import ScannerUnavailable
from rathaus.records.legacy import advance, reasons
from rathaus.records.legacy.errors import Busy
from rathaus.records.legacy.models import ImportRun
from rathaus.records.legacy.states import WORKING


@job("legacy.work")
def work(*, run_id: int) -> None:
    """One slice of a run; enqueues the next one until it is done, paused or cancelled."""
    run = ImportRun.objects.select_related("office", "chain").get(pk=run_id)
    try:
        advance.one_slice(run)
    except Busy as error:
        raise RetryLater(20, str(error)) from error
    except ScannerUnavailable as error:
        advance.wait(run, reasons.SCANNER_SILENT)
        raise RetryLater(60, str(error)) from error
    except StorageFull as error:
        advance.wait(run, reasons.NO_ROOM)
        raise RetryLater(300, str(error)) from error
    if ImportRun.objects.filter(pk=run_id, state__in=WORKING).exists():
        enqueue(work, run_id=run_id)
