"""One step of the work on a run, by whichever process."""

from __future__ import annotations

from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.records.legacy import filing, lease, reading
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
            try:
                move(run=run, step=step, actor=SOFTWARE, reason=_why(step), work=False)
            except MovedOn:
                return True
    return through


def wait(run: ImportRun, reason: str) -> None:
    """Say why nothing moves; the next piece that is filed takes it back (`lease.renew`)."""
    ImportRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(reason=reason)


def _why(step: str) -> str:
    if step != "break":
        return ""
    return _("Der Ordner oder die Tabelle ist nicht mehr lesbar. Prüfen Sie, ob es sie noch gibt.")
