"""The end of the paper: hold it, release it, confirm its destruction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.core.events import record
from rathaus.core.jobs import enqueue
from rathaus.core.references import next_reference
from rathaus.records import actions as records
from rathaus.records.models import Case, Direction, DocumentKind
from rathaus.records.scanning import events, jobs, protocol, queries
from rathaus.records.scanning.actions.moves import move
from rathaus.records.scanning.errors import MovedOn, NotReady, PaperStays
from rathaus.records.scanning.models import PaperDestruction, ScanBatch
from rathaus.records.scanning.states import FINAL
from rathaus.theme import formats

REFERENCE = "PV-{year}-{number:04d}"
MOST = 200
SOFTWARE = Actor.system("scanning")


def hold_paper(*, batch: ScanBatch, reason: str, actor: Actor) -> None:
    """Keep the paper for the time being, e.g. for a lawsuit. Raises: NotReady, MovedOn."""
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise NotReady(_("Schreiben Sie, warum das Papier bleiben muss."))
    with transaction.atomic():
        rows = ScanBatch.objects.filter(pk=batch.pk).exclude(state__in=FINAL)
        if not rows.update(hold_reason=reason):
            raise MovedOn
        batch.hold_reason = reason
        record(batch.chain, events.PaperHeld(reason=reason), actor=actor)


def release_paper(*, batch: ScanBatch, actor: Actor) -> None:
    """End a hold. Raises: MovedOn where there is none."""
    with transaction.atomic():
        rows = ScanBatch.objects.filter(pk=batch.pk).exclude(hold_reason="")
        if not rows.update(hold_reason=""):
            raise MovedOn
        batch.hold_reason = ""
        record(batch.chain, events.PaperReleased(), actor=actor)


def destroy_paper(
    *, batches: Sequence[ScanBatch], method: str, detail: str, done_on: date, actor: Actor
) -> PaperDestruction:
    """Confirm that the paper of `batches` was destroyed, all or none, with one protocol.

    Documents of excluded kinds stay paper. The protocol is filed in each case.

    Raises: NotReady, PaperStays (names the batch and why), MovedOn.
    """
    _check(batches, method, detail, done_on)
    moment = now()
    with transaction.atomic():
        reference = next_reference("paper", pattern=REFERENCE)
        row = PaperDestruction(
            reference=reference,
            method=method,
            detail=" ".join(detail.split())[:200],
            done_on=done_on,
            confirmed_at=moment,
            confirmed_by=actor.id,
            confirmed_by_name=actor.label,
        )
        row.protocol = storage.put(protocol.pdf(row, batches, actor, moment))
        row.save()
        for batch in batches:
            move(batch, "destroy", destruction=row)
            if reason := queries.why_paper_stays(batch, now_destroyed=True):
                raise PaperStays(f"{batch.reference}: {reason}")
            gone = events.PaperDestroyed(
                protocol=reference,
                method=row.get_method_display(),
                done_on=done_on.isoformat(),
                protocol_sha256=row.protocol.sha256,
                kept=sum(bool(file.kept_kind) for file in queries.present_files(batch)),
            )
            record(batch.chain, gone, actor=actor)
            enqueue(jobs.forget_pictures, batch_id=batch.pk)
        for case in {batch.case_id: batch.case for batch in batches}.values():
            if case is not None:
                _file_protocol(case, row)
    return row


def _check(batches: Sequence[ScanBatch], method: str, detail: str, done_on: date) -> None:
    if not batches:
        raise NotReady(_("Wählen Sie mindestens einen Stapel aus."))
    if len(batches) > MOST:
        raise NotReady(_("Höchstens 200 Stapel auf einmal."))
    if method not in PaperDestruction.Method.values:
        raise NotReady(_("Wählen Sie, wie das Papier vernichtet wurde."))
    if method == PaperDestruction.Method.SERVICE and not detail.strip():
        raise NotReady(_("Nennen Sie den Betrieb und die Nummer seines Nachweises."))
    if done_on > today():
        raise NotReady(_("Das Datum der Vernichtung liegt in der Zukunft."))
    for batch in batches:
        if reason := queries.why_paper_stays(batch):
            raise PaperStays(f"{batch.reference}: {reason}")
        if batch.paper_until is not None and done_on < batch.paper_until:
            text = _("Das Papier durfte erst ab %(day)s vernichtet werden.")
            day = formats.numeric_day(batch.paper_until)
            raise PaperStays(f"{batch.reference}: {text % {'day': day}}")


def _file_protocol(case: Case, row: PaperDestruction) -> None:
    # The software files it: the case may be closed by the time the paper goes.
    records.file_document(
        case=Case.objects.select_related("chain").get(pk=case.pk),
        title=_("Protokoll der Papiervernichtung %(ref)s") % {"ref": row.reference},
        kind=DocumentKind.NOTE,
        content=row.protocol,
        name=f"papiervernichtung-{row.reference}.pdf",
        content_type="application/pdf",
        direction=Direction.INTERNAL,
        actor=SOFTWARE,
    )
