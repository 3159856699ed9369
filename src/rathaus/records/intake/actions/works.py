"""Ordering work on pages that takes longer than a person should wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.jobs import enqueue
from rathaus.records.intake import jobs, planning
from rathaus.records.intake.actions.archives import check_archive
from rathaus.records.intake.actions.pages import at_once
from rathaus.records.intake.actions.state import move
from rathaus.records.intake.errors import BadPages, MovedOn
from rathaus.records.intake.models import Item, Work, WorkKind, WorkSource, WorkState
from rathaus.records.intake.planning import Plan


def carry_out(*, plan: Plan, actor: Actor) -> list[Item] | Work:
    """The parts of a small plan, made here and now; of a larger one the work that makes them.

    Raises: BadPages, MovedOn.
    """
    if plan.is_small:
        return at_once(plan=plan, actor=actor)
    steps = max(len(plan.parts), len(plan.items))
    return order(
        kind=plan.kind,
        items=plan.items,
        total=steps,
        actor=actor,
        plan=planning.written(plan.parts),
    )


def order_separation(*, item: Item, actor: Actor) -> Work:
    """Look for separator sheets and divide the stack there. Raises: BadPages, MovedOn."""
    planning.check_editable(item)
    if item.content_type != "application/pdf":
        raise BadPages
    return order(kind=WorkKind.SEPARATE, items=[item], total=item.pages or 1, actor=actor)


def order_unpacking(*, item: Item, actor: Actor) -> Work:
    """Every file of an archive becomes an item below it. Raises: MovedOn."""
    check_archive(item)
    return order(kind=WorkKind.UNPACK, items=[item], total=1, actor=actor)


def order(*, kind: str, items: Sequence[Item], total: int, actor: Actor, plan: Any = ()) -> Work:
    """Take the items up and have the work done. Raises: MovedOn where one is not free (any more),
    so a second click finds nothing to order.
    """
    moment = now()
    with transaction.atomic():
        for item in items:
            move(item, "take_up", None, actor=actor)
        work = Work.objects.create(
            office=items[0].office,
            kind=kind,
            actor=asdict(actor),
            plan=list(plan),
            total=total,
            created_at=moment,
            touched_at=moment,
        )
        WorkSource.objects.bulk_create(
            WorkSource(work=work, item=item, number=number) for number, item in enumerate(items)
        )
        enqueue(jobs.work_on, dedupe_key=jobs.work_key(work.pk), work_id=work.pk)
    return work


def repeat(*, work: Work, actor: Actor) -> Work:
    """Try a work that failed once more, from where it got to. Raises: MovedOn."""
    moment = now()
    with transaction.atomic():
        begun = Work.objects.filter(pk=work.pk, state=WorkState.FAILED).update(
            state=WorkState.WAITING,
            actor=asdict(actor),
            problem="",
            tries=0,
            touched_at=moment,
        )
        if not begun:
            raise MovedOn
        for item in items_of(work):
            move(item, "take_up", None, actor=actor)
        enqueue(jobs.work_on, dedupe_key=jobs.work_key(work.pk), work_id=work.pk)
    work.refresh_from_db()
    return work


def items_of(work: Work) -> list[Item]:
    """The items of a work, in its order."""
    rows = Item.objects.filter(works__work=work).order_by("works__number")
    return list(rows.select_related("office", "chain", "blob"))
