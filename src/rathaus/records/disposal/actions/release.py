"""Destruction by four eyes: one proposes, another releases."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.jobs import enqueue
from rathaus.records.disposal import events, jobs, queries
from rathaus.records.disposal.actions.processes import spare
from rathaus.records.disposal.errors import DisposalRefused, SamePerson
from rathaus.records.disposal.models import Process
from rathaus.records.disposal.moves import TOO_LATE, move_items
from rathaus.records.disposal.states import ItemState, ProcessState, Verdict
from rathaus.records.models import Case

OPEN = (ProcessState.APPRAISED, ProcessState.TRANSFERRED, ProcessState.CONFIRMED)


def destroyable(process: Process) -> Q:
    """Items of `process` that may be proposed: V by appraisal, A confirmed by the archive."""
    free = Q(state=ItemState.APPRAISED, verdict=Verdict.DESTROY) | Q(
        state=ItemState.CONFIRMED, archived=True
    )
    held = Case.objects.filter(queries.held(), disposal_items__process=process)
    return free & ~Q(case__in=held)


def propose(*, process: Process, actor: Actor) -> int:
    """Propose the destruction of everything that may go; returns how many cases.

    What may not go yet leaves the process, also where nothing else is left.
    Raises: DisposalRefused if there is nothing.
    """
    spare(process.items.all(), actor=actor)
    with transaction.atomic():
        count = 0
        rows = process.items.filter(destroyable(process))
        for source in (ItemState.APPRAISED, ItemState.CONFIRMED):
            count += move_items(rows, source, ItemState.PREPARED)
        if not count or process.state not in OPEN:
            raise DisposalRefused(_("Zurzeit kann nichts davon vernichtet werden."))
        Process.objects.filter(pk=process.pk).update(
            proposed_by=actor.label, proposed_by_id=actor.id, proposed_at=now()
        )
        told = events.DestructionProposed(process=process.reference, cases=count)
        record(process.chain, told, actor=actor)
    process.refresh_from_db()
    return count


def release(*, process: Process, actor: Actor) -> int:
    """Release the proposed destruction; it then happens by a job and cannot be undone.

    What may not go yet leaves the process, also where nothing else is left.
    Raises: SamePerson; DisposalRefused if nothing is proposed or a case is held.
    """
    spare(process.items.all(), actor=actor)
    with transaction.atomic():
        process.refresh_from_db()
        if not process.proposed_by_id or process.proposed_by_id == actor.id:
            raise SamePerson(
                _("Sie haben die Vernichtung selbst vorgeschlagen. Freigeben muss jemand anderes.")
            )
        rows = process.items.filter(state=ItemState.PREPARED)
        if Case.objects.filter(queries.held(), pk__in=rows.values("case")).exists():
            raise DisposalRefused(_("Ein Vorgang ist gesperrt. Nehmen Sie ihn heraus."))
        count = move_items(rows, ItemState.PREPARED, ItemState.RELEASED)
        if not count:
            raise DisposalRefused(TOO_LATE)
        Process.objects.filter(pk=process.pk).update(released_by=actor.label, released_at=now())
        told = events.DestructionReleased(process=process.reference, cases=count)
        record(process.chain, told, actor=actor)
        enqueue(jobs.destroy, dedupe_key=f"destroy:{process.pk}", process_id=process.pk)
    process.refresh_from_db()
    return count


def turn_down(*, process: Process, reason: str, actor: Actor) -> int:
    """Do not release; the cases stay as they were before. Raises: DisposalRefused."""
    if not reason.strip():
        raise DisposalRefused(_("Geben Sie an, warum Sie nicht freigeben."))
    with transaction.atomic():
        rows = process.items.filter(state=ItemState.PREPARED)
        count = move_items(
            rows.filter(verdict=Verdict.DESTROY), ItemState.PREPARED, ItemState.APPRAISED
        )
        count += move_items(rows, ItemState.PREPARED, ItemState.CONFIRMED)
        if not count:
            raise DisposalRefused(TOO_LATE)
        told = events.DestructionTurnedDown(process=process.reference, reason=reason.strip()[:200])
        record(process.chain, told, actor=actor)
        Process.objects.filter(pk=process.pk).update(
            proposed_by="", proposed_by_id="", proposed_at=None
        )
    process.refresh_from_db()
    return count


def keep(*, process: Process, reason: str, actor: Actor) -> int:
    """Keep what the archive has as a copy here, too (a hold stands); the process can end."""
    if not reason.strip():
        raise DisposalRefused(_("Geben Sie an, warum die Vorgänge bleiben."))
    with transaction.atomic():
        rows = process.items.filter(state=ItemState.CONFIRMED)
        for item in rows.select_related("case__chain"):
            if item.case is not None:
                told = events.DisposalWithdrawn(process=process.reference, why=reason[:200])
                record(item.case.chain, told, actor=actor)
        count = move_items(rows, ItemState.CONFIRMED, ItemState.KEPT, note=reason.strip()[:500])
        if not count:
            raise DisposalRefused(TOO_LATE)
        enqueue(jobs.finish, dedupe_key=f"finish:{process.pk}", process_id=process.pk)
    return count
