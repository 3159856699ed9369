"""Long work: comparing versions, preparing and making redactions, packages, protocols."""

from __future__ import annotations

import logging
import tempfile
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.jobs import cron, job
from rathaus.records import actions as records
from rathaus.records.models import Direction, DocumentVersion
from rathaus.records.work import comparing, events, packages, protocol
from rathaus.records.work.models import (
    ExportOrder,
    ExportState,
    Link,
    LinkKind,
    Redaction,
    RedactionState,
    Run,
    VersionNote,
)
from rathaus.records.work.redaction import burning, pages, sources

log = logging.getLogger("rathaus.records")
FORGOTTEN = timedelta(days=14)
"""After so long without a change a redaction is dropped: its page pictures are personal data."""


@job("records.work.compare", max_attempts=5)
def compare(*, version_id: int) -> None:
    """Measure a new version against the one before; without text only the pages are known."""
    version = DocumentVersion.objects.select_related("blob").get(pk=version_id)
    rows = DocumentVersion.objects.select_related("blob")
    before = rows.get(document=version.document_id, number=version.number - 1)
    old, new = comparing.text_of(before), comparing.text_of(version)
    added, removed = comparing.words(old, new) if old or new else (None, None)
    VersionNote.objects.filter(version=version).update(
        pages=comparing.pages(version), words_added=added, words_removed=removed
    )


@job("records.work.protocol")
def file_protocol(*, run_id: int) -> None:
    """File the protocol of a run that is over."""
    rows = Run.objects.select_related("case__chain", "case__office", "owner")
    protocol.file(rows.get(pk=run_id))


@job("records.work.prepare_redaction", max_attempts=4)
def prepare_redaction(*, redaction_id: int) -> None:
    """Draw the pages; what cannot be drawn is told to the clerk and not tried again."""
    rows = Redaction.objects.filter(pk=redaction_id, state=RedactionState.PREPARING)
    row = rows.select_related("version").first()
    if row is None:
        return
    try:
        pages.prepare(row)
    except (sources.NoPages, storage.StorageDamaged, storage.StorageShredded) as error:
        log.warning("redaction %s: %s", redaction_id, error)
        problem = _("Die Datei lässt sich nicht als Seiten darstellen: verschlüsselt, beschädigt "
                    "oder länger als 300 Seiten.")  # fmt: skip
        rows.update(state=RedactionState.FAILED, problem=problem)
        pages.forget(row)
        return
    if not rows.update(state=RedactionState.OPEN, touched_at=now()):
        pages.forget(row)  # dropped while the pages were drawn


@job("records.work.make_redaction", max_attempts=4)
def make_redaction(*, redaction_id: int) -> None:
    """Make the redacted document, file it beside the original, and let the pictures go."""
    making = Redaction.objects.filter(pk=redaction_id, state=RedactionState.MAKING)
    row = making.select_related("version__document__case__chain", "staff").first()
    if row is None:
        return
    boxes = list(row.boxes.all())
    with tempfile.TemporaryFile() as out, sources.opened(row.version) as source:
        count = burning.burn(source, boxes, out, lambda done: _tell(making, done))
        out.seek(0)
        blob = storage.put(out.read())
    original = row.version.document
    actor = Actor.staff(str(row.staff.user_id), row.staff.name[:120])
    with transaction.atomic():
        if not making.update(state=RedactionState.DONE, touched_at=now()):
            return
        document = records.file_document(
            case=original.case,
            title=row.title,
            kind=original.kind,
            content=blob,
            name=f"geschwaerzt-{row.public_id.hex[:8]}.pdf",
            content_type="application/pdf",
            direction=Direction.INTERNAL,
            actor=actor,
        )
        Redaction.objects.filter(pk=row.pk).update(result=document)
        Link.objects.create(
            kind=LinkKind.REDACTED,
            from_document=document,
            to_document=original,
            created_by=row.staff,
            created_at=now(),
        )
        made = events.RedactionMade(
            document_id=str(document.public_id),
            of_version=str(row.version.public_id),
            sha256=blob.sha256,
            pages=count,
            boxes=len(boxes),
            reasons=sorted({box.reason for box in boxes}),
        )
        record(original.case.chain, made, actor=actor)
        pages.forget(row)


def _tell(rows: object, done: int) -> None:
    rows.update(done=done)  # type: ignore[attr-defined]


@job("records.work.export", max_attempts=4)
def make_export(*, order_id: int) -> None:
    """Make a package; each case in it keeps that it was made."""
    waiting = ExportOrder.objects.filter(pk=order_id, state=ExportState.WAITING)
    order = waiting.select_related("staff__user", "dossier", "case").first()
    if order is not None:
        packages.make(order)


@cron("records.work.clean_up", every=timedelta(hours=6))
def clean_up() -> None:
    """Delete packages after seven days, and redactions that nobody goes on with."""
    moment = now()
    old = ExportOrder.objects.filter(
        state__in=[ExportState.READY, ExportState.WAITING, ExportState.FAILED],
        expires_at__lt=moment,
    )
    for order in old:
        packages.delete(order)
    stale = Redaction.objects.filter(
        state__in=[RedactionState.PREPARING, RedactionState.OPEN, RedactionState.FAILED],
        touched_at__lt=moment - FORGOTTEN,
    )
    for row in stale:
        with transaction.atomic():
            if Redaction.objects.filter(pk=row.pk, state=row.state).update(
                state=RedactionState.DROPPED
            ):
                pages.forget(row)
