"""Ordering packages, and noting that one left the town hall."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record, together
from rathaus.core.jobs import enqueue
from rathaus.organisation.models import StaffMember
from rathaus.records.models import Case, Dossier
from rathaus.records.work import events, jobs
from rathaus.records.work.errors import Unfit
from rathaus.records.work.models import ExportFormat, ExportOrder, ExportState

KEPT = timedelta(days=7)


def order_export(
    *,
    scope: Dossier | Case,
    format: str,
    staff: StaffMember,
    actor: Actor,
) -> ExportOrder:
    """Have a package made; the same one that is being made is returned again. Raises: Unfit."""
    if format not in ExportFormat.values:
        raise Unfit(format)
    where = {"case": scope} if isinstance(scope, Case) else {"dossier": scope}
    moment = now()
    with transaction.atomic():
        waiting = ExportOrder.objects.filter(
            staff=staff, format=format, state=ExportState.WAITING, **where
        ).first()
        if waiting is not None:
            return waiting
        row = ExportOrder.objects.create(
            staff=staff,
            office_label=actor.office,
            format=format,
            created_at=moment,
            expires_at=moment + KEPT,
            **where,
        )
        enqueue(jobs.make_export, order_id=row.pk)
    return row


def note_taken(*, order: ExportOrder, actor: Actor) -> None:
    """The package leaves: an event of every case that is in it."""
    with together():
        for case in Case.objects.filter(pk__in=order.cases).select_related("chain"):
            record(case.chain, events.ExportTaken(order_id=str(order.public_id)), actor=actor)
