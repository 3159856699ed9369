"""What happens elsewhere and concerns this area: new versions, and cases that are destroyed.

Nobody adds a version past a lock or a run: whatever adds it (these pages, an office program, a
job), the event passes here, and refusing undoes the change.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from rathaus.core.clock import now
from rathaus.core.events import subscribe
from rathaus.core.models import Event
from rathaus.records.disposal import removal
from rathaus.records.events import DocumentVersionAdded
from rathaus.records.models import Case
from rathaus.records.work import packages
from rathaus.records.work.actions.locks import locked
from rathaus.records.work.errors import InRun
from rathaus.records.work.models import (
    DocumentLock,
    ExportOrder,
    ExportState,
    Redaction,
    RunDocument,
)
from rathaus.records.work.redaction import pages
from rathaus.records.work.states import RunState


@subscribe(DocumentVersionAdded)
def refuse_locked(event: DocumentVersionAdded, row: Event) -> None:
    """Raises: InRun; LockedByOther where a member of staff adds a version past a colleague."""
    runs = RunDocument.objects.filter(
        version__document__public_id=event.document_id, run__state=RunState.RUNNING
    )
    if runs.exists():
        raise InRun(_("Über dieses Dokument läuft eine Mitzeichnung. Solange bleibt es gesperrt."))
    if row.actor_kind != "staff":
        return
    held = DocumentLock.objects.filter(document__public_id=event.document_id, until__gt=now())
    lock = held.select_related("staff").first()
    if lock is not None and str(lock.staff.user_id) != row.actor_id:
        raise locked(lock)


@removal.register("work.files", order=20)
def forget_files(case: Case) -> int:
    """Pictures of pages, and packages that hold the case: they must not outlive it."""
    done = 0
    for row in Redaction.objects.filter(version__document__case=case, pages__isnull=False):
        pages.forget(row)
        done += 1
    for order in ExportOrder.objects.filter(state=ExportState.READY):
        if case.pk in order.cases:
            packages.delete(order)
            done += 1
    return done
