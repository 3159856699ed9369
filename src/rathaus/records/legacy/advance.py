"""One step of the work on a run, by whichever process."""

from __future__ import annotations

from rathaus.core.actors import Actor
from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.records.legacy import filing, lease, reading, reasons
from rathaus.records.legacy.errors import MovedOn, SourceUnusable
from rathaus.records.legacy.models import ImportRun
from rathaus.records.legacy.states import RunState

SOFTWARE = Actor.system("legacy")


def one_slice(run: ImportRun, *, seconds: float = reading.SLICE_SECONDS) -> bool:
    """Read or file for some seconds; True when this stage is through.

    Raises: errors.Busy, virus.ScannerUnavailable.
    """
    from rathaus.records.legacy.actions import move

    with lease.held(run) as token:
        run.refresh_from_db()
        run.__dict__.pop("mapping", None)
        try:
            if run.state == RunState.READING:
                through = reading.read(run, token, seconds=seconds)
                step = "check"
            elif run.state == RunState.RUNNING:
                through = filing.file(run, token, seconds=seconds)
                step = "finish"
            else:
                return True
        except (SourceUnusable, StorageDamaged, StorageShredded):
            through, step = True, "break"
        if through:
            why = reasons.UNREADABLE if step == "break" else ""
            try:
                move(run=run, step=step, actor=SOFTWARE, reason=why, work=False)
            except MovedOn:
                return True
    return through


def wait(run: ImportRun, reason: str) -> None:
    """Note why nothing moves, one of `reasons`.

    The next piece that is filed takes it back (`lease.renew`).
    """
    ImportRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(reason=reason)
