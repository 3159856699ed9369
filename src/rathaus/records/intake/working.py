"""The job that works on pages: part by part, each kept as soon as it is made.

A worker that is killed loses the part it was at. The items give way to the parts in one
transaction at the end; until then, and whenever something fails, they are as they were.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.jobs import RetryLater
from rathaus.core.models import Blob, Job, JobState
from rathaus.records.intake import drawing, events, planning, purging, reasons
from rathaus.records.intake.actions.archives import unpack_entry, wanted_entries
from rathaus.records.intake.actions.pages import replace
from rathaus.records.intake.actions.state import move
from rathaus.records.intake.actions.works import items_of
from rathaus.records.intake.errors import IntakeError, MovedOn
from rathaus.records.intake.models import Item, Work, WorkKind, WorkPart, WorkState
from rathaus.records.intake.planning import Plan
from rathaus.records.intake.reading import barcodes, pictures
from rathaus.records.intake.states import ItemState

log = logging.getLogger("rathaus.intake")
ACTOR = Actor.system("intake")
SLICE_SECONDS = 60.0
"""A worker is given up for lost after five minutes: until then the job lets others in."""
LOOK_AT_ONCE = 10
"""Pages between two notes of how far the search for separator sheets is."""
MAX_TRIES = 4
KEEP_WORKS = timedelta(days=30)


def run(work_id: int) -> None:
    """Go on with a work until it is done or failed. Raises: RetryLater after a slice, and what
    went wrong unexpectedly, for the job to try again until `MAX_TRIES` are used up.
    """
    work = Work.objects.filter(pk=work_id).first()
    if work is None or not work.is_open:
        return
    if work.tries >= MAX_TRIES:
        fail(work, _("Die Bearbeitung ist mehrmals abgebrochen."))
        return
    _note(work, state=WorkState.RUNNING, tries=F("tries") + 1)
    try:
        _advance(work, time.monotonic() + SLICE_SECONDS)
    except RetryLater:
        _note(work, tries=0)
        raise
    except MovedOn:
        fail(work, _("Ein Eingang ist inzwischen weiter."))
    except IntakeError as error:
        fail(work, str(error))
    except ValueError:
        fail(work, _("Die Seiten dieser Datei lassen sich nicht lesen."))
    except (storage.StorageDamaged, storage.StorageShredded):
        log.exception("bytes of work %s are not readable", work.pk)
        fail(work, str(reasons.WORDS["storage"]))


def fail(work: Work, problem: str) -> None:
    """Give up: every item is ready again, as it was; what was made so far is kept for a repeat."""
    with transaction.atomic():
        ended = Work.objects.filter(pk=work.pk, state__in=[WorkState.WAITING, WorkState.RUNNING])
        if not ended.update(state=WorkState.FAILED, problem=problem[:500], touched_at=now()):
            return
        for item in items_of(work):
            if item.state == ItemState.WORKING:
                move(item, "fail_work", events.WorkFailed(reason=problem), actor=ACTOR)


def watch() -> None:
    """Works whose job got lost (a dead job, a restored database) are taken up again or ended."""
    from rathaus.core.jobs import enqueue
    from rathaus.records.intake import jobs

    still = now() - jobs.STUCK
    rows = Work.objects.filter(
        state__in=[WorkState.WAITING, WorkState.RUNNING], touched_at__lt=still
    )
    for work in rows.order_by("pk")[:200]:
        key = jobs.work_key(work.pk)
        busy = [JobState.READY, JobState.RUNNING]
        if not Job.objects.filter(dedupe_key=key, state__in=busy).exists():
            with transaction.atomic():
                enqueue(jobs.work_on, dedupe_key=key, work_id=work.pk)


def forget() -> None:
    """Delete notes of works that ended long ago, with parts of failed ones that nobody repeated."""
    over = Work.objects.filter(
        state__in=[WorkState.DONE, WorkState.FAILED], touched_at__lt=now() - KEEP_WORKS
    )
    for work in over.order_by("pk")[:200]:
        blobs = [part.blob for part in work.parts.select_related("blob") if part.blob]
        work.delete()
        for blob in blobs:
            purging.drop(blob)


def _advance(work: Work, until: float) -> None:
    items = items_of(work)
    if not items or any(item.state != ItemState.WORKING for item in items):
        raise MovedOn
    if work.kind == WorkKind.UNPACK:
        _unpack(work, items[0], until)
        return
    if work.kind == WorkKind.SEPARATE and not work.plan and not _look(work, items[0], until):
        return
    plan = Plan(work.kind, items, planning.read(work.plan))
    known = {part.number: part.blob for part in work.parts.select_related("blob")}
    alone = len(plan.parts) == 1
    if alone and not known:
        _note(work, done=0, total=len(items))  # a merge counts what went in
    for number, part in enumerate(plan.parts):
        if number in known:
            continue
        blob = storage.put(planning.made(part, items, (lambda: _step(work)) if alone else None))
        with transaction.atomic():
            row, new = WorkPart.objects.get_or_create(
                work=work, number=number, defaults={"blob": blob}
            )
            if new and not alone:  # another worker may have been as fast
                _step(work)
        known[number] = row.blob
        _pause(until, last=number + 1 == len(plan.parts))
    _finish(work, plan, known)


def _finish(work: Work, plan: Plan, known: dict[int, Blob | None]) -> None:
    blobs = [blob for _number, blob in sorted(known.items()) if blob is not None]
    with transaction.atomic():
        _end(work)
        parts = replace(plan=plan, blobs=blobs, step="replace_worked", actor=work.who)
        for number, part in enumerate(parts):
            work.parts.filter(number=number).update(item=part, blob=None)


def _look(work: Work, item: Item, until: float) -> bool:
    """Find the sheets, some pages at a time; whether there is anything to divide."""
    count, content = item.pages or 0, item.read()
    while work.looked < count:
        drawn = pictures.pages_of_pdf(
            content, width=barcodes.WIDTH, most=LOOK_AT_ONCE, first=work.looked
        )
        found = [[work.looked + one.number, one.reference] for one in barcodes.find(drawn)]
        seen = min(work.looked + LOOK_AT_ONCE, count)
        _note(work, looked=seen, done=seen, sheets=[*work.sheets, *found])
        _pause(until, last=False)
    sheets = [barcodes.Sheet(number, reference) for number, reference in work.sheets]
    parts = barcodes.parts(sheets, count)
    if not sheets or not parts:
        with transaction.atomic():
            _end(work, problem=_("In diesem Stapel wurde kein Trennblatt gefunden."))
            move(item, "put_back", None, actor=work.who)
            drawing.read_if_silent(item)
        return False
    groups = [numbers for numbers, _reference in parts]
    plan = planning.divided(item, groups, [reference for _numbers, reference in parts])
    _note(work, plan=planning.written(plan.parts), total=count + len(plan.parts))
    return True


def _unpack(work: Work, item: Item, until: float) -> None:
    entries = wanted_entries(item)
    _note(work, total=max(len(entries), 1))
    for place, (number, entry) in enumerate(entries[work.done :], work.done + 1):
        # Outside of the transaction, which must not wait for the disk; again it is the same item.
        one = unpack_entry(item, number, entry, actor=work.who)
        with transaction.atomic():
            WorkPart.objects.get_or_create(work=work, number=number, defaults={"item": one})
            _step(work)
        _pause(until, last=place == len(entries))
    with transaction.atomic():
        _end(work)
        move(item, "put_back", None, actor=work.who)


def _end(work: Work, problem: str = "") -> None:
    """Compare-and-swap: two workers cannot both finish it. Raises: MovedOn."""
    rows = Work.objects.filter(pk=work.pk, state=WorkState.RUNNING)
    if not rows.update(
        state=WorkState.DONE, problem=problem[:500], touched_at=now(), done=F("total")
    ):
        raise MovedOn


def _pause(until: float, *, last: bool) -> None:
    if not last and time.monotonic() > until:
        raise RetryLater(0, "goes on")


def _step(work: Work) -> None:
    _note(work, done=F("done") + 1)


def _note(work: Work, **values: object) -> None:
    Work.objects.filter(pk=work.pk).update(touched_at=now(), **values)
    work.refresh_from_db()
