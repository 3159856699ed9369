"""Putting versions into the queue, taking work from it, and noting what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import F, Q

from rathaus.core.clock import now
from rathaus.core.durability import soft_atomic
from rathaus.core.jobs import enqueue
from rathaus.records.models import DocumentVersion, Rendition, RenditionKind
from rathaus.records.renditions import kinds
from rathaus.records.renditions.models import PageRead, RenditionWork, Shape
from rathaus.records.renditions.states import WorkState, transition

LEASE = timedelta(minutes=5)
MAX_TRIES = 3
JOB_KEY = "renditions"
CHUNK = 500


class Lost(Exception):
    """Somebody else has the work: the lease was over."""


def queue(versions: Iterable[DocumentVersion]) -> int:
    """Make renditions of these versions (with their documents) soon; returns how many are new.

    Called by the job that indexes new versions, so that filing itself pays nothing for it.
    """
    wanted = [version for version in versions if kinds.wanted_at_once(version)]
    return _add(version.pk for version in wanted)


def ensure(version: DocumentVersion) -> RenditionWork:
    """The work on a version somebody wants to see; begun now if nobody has begun it yet."""
    found = RenditionWork.objects.filter(version=version).first()
    if found is None:
        _add([version.pk])
        found = RenditionWork.objects.get(version=version)
    return found


def _add(keys: Iterable[int]) -> int:
    wanted = set(keys)
    if not wanted:
        return 0
    known = RenditionWork.objects.filter(version_id__in=wanted).values_list("version_id", flat=True)
    new = sorted(wanted - set(known))
    if not new:
        return 0
    moment = now()
    rows = [RenditionWork(version_id=pk, due_at=moment, created_at=moment) for pk in new]
    with soft_atomic():
        RenditionWork.objects.bulk_create(rows, ignore_conflicts=True)
        wake()
    return len(new)


def wake() -> None:
    """See that a job looks at the queue."""
    from rathaus.records.renditions import jobs

    enqueue(jobs.work, dedupe_key=JOB_KEY)


def take(*, heavy: bool) -> RenditionWork | None:
    """The next piece of work with a lease on it, or None."""
    moment = now()
    for candidate in _due(heavy, moment):
        token = uuid.uuid4().hex
        if candidate.state == WorkState.RUNNING and candidate.tries >= MAX_TRIES:
            _bury(candidate)
            continue
        with soft_atomic():
            taken = RenditionWork.objects.filter(
                pk=candidate.pk, state=candidate.state, lease_token=candidate.lease_token
            ).update(
                state=transition("take").target,
                lease_token=token,
                lease_until=moment + LEASE,
                tries=F("tries") + 1,
            )
        if taken:
            candidate.state, candidate.lease_token = WorkState.RUNNING, token
            candidate.tries += 1
            return candidate
    return None


def _due(heavy: bool, moment: datetime) -> list[RenditionWork]:
    """Some that wait, else some whose worker has vanished: two questions, one index."""
    for condition in (
        Q(state=WorkState.WAITING, due_at__lte=moment),
        Q(state=WorkState.RUNNING, lease_until__lt=moment),
    ):
        rows = RenditionWork.objects.filter(condition, heavy=heavy).order_by("due_at", "pk")
        found = list(rows.select_related("version__blob", "version__document__case__chain")[:5])
        if found:
            return found
    return []


def is_due() -> bool:
    """Whether something could be worked on now."""
    moment = now()
    rows = RenditionWork.objects.all()
    return (
        rows.filter(state=WorkState.WAITING, due_at__lte=moment).exists()
        or rows.filter(state=WorkState.RUNNING, lease_until__lt=moment).exists()
    )


def _bury(work: RenditionWork) -> None:
    """What takes its worker down each time must not do so for ever."""
    with transaction.atomic():
        buried = RenditionWork.objects.filter(
            pk=work.pk, state=work.state, lease_token=work.lease_token
        ).update(state=WorkState.FAILED, reason="crash", finished_at=now(), lease_until=None)
        if buried:
            PageRead.objects.filter(work=work).delete()


def go_on(work: RenditionWork, **changes: object) -> None:
    """A step is done, others follow: back to the end of the queue. Raises: Lost."""
    _move(work, "go_on", tries=0, due_at=now(), **changes)


def later(work: RenditionWork, code: str, detail: str, seconds: float) -> None:
    """It failed and may work another time. Raises: Lost."""
    due = now() + timedelta(seconds=seconds)
    _move(work, "go_on", reason=code, detail=detail[:300], due_at=due)


def finish(work: RenditionWork, shapes: dict[str, tuple[str, str]], **changes: object) -> None:
    """All is made; `shapes` tells state and reason by kind. Raises: Lost."""
    with transaction.atomic():
        _move(work, "finish", finished_at=now(), reason="", detail="", tries=0, **changes)
        _note(work, shapes)


def give_up(work: RenditionWork, code: str, detail: str = "", **changes: object) -> None:
    """It cannot be made; what was made before stays. Raises: Lost."""
    with transaction.atomic():
        _move(work, "give_up", finished_at=now(), reason=code, detail=detail[:300], **changes)
        have = set(
            Rendition.objects.filter(version_id=work.version_id).values_list("kind", flat=True)
        )
        _note(
            work,
            {
                kind: (WorkState.DONE, "") if kind in have else (WorkState.FAILED, code)
                for kind in RenditionKind.values
            },
        )


def _move(work: RenditionWork, name: str, **changes: object) -> None:
    step = transition(name)
    moved = RenditionWork.objects.filter(
        pk=work.pk, state__in=step.sources, lease_token=work.lease_token
    ).update(state=step.target, lease_token="", lease_until=None, **changes)
    if not moved:
        raise Lost(str(work.pk))
    work.state = step.target


def _note(work: RenditionWork, shapes: dict[str, tuple[str, str]]) -> None:
    PageRead.objects.filter(work=work).delete()
    Shape.objects.bulk_create(
        [Shape(work=work, kind=kind, state=s, reason=r) for kind, (s, r) in shapes.items()],
        update_conflicts=True,
        unique_fields=["work", "kind"],
        update_fields=["state", "reason"],
    )


_ANEW = {
    "state": WorkState.WAITING,
    "heavy": False,
    "tries": 0,
    "reason": "",
    "detail": "",
    "looked": False,
    "to_read": [],
    "pages_read": 0,
    "pages_made": 0,
    "finished_at": None,
}


def retry(work: RenditionWork) -> bool:
    """Make the renditions of a version anew; False if it is not finished or failed (any more)."""
    return bool(_again(RenditionWork.objects.filter(pk=work.pk)))


def retry_failed(reason: str = "") -> int:
    """Make everything anew that failed, or failed for one reason; returns how many."""
    rows = RenditionWork.objects.filter(state=WorkState.FAILED)
    if reason:
        rows = rows.filter(reason=reason)
    count = 0
    while chunk := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        count += _again(RenditionWork.objects.filter(pk__in=chunk))
    return count


def make_all(*, since: datetime | None = None) -> int:
    """Make the renditions of every version anew, those that had none included. Resumable."""
    versions = DocumentVersion.objects.order_by("pk").select_related("document")
    if since:
        versions = versions.filter(created_at__gte=since)
    count = last = 0
    while chunk := list(versions.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        keys = [version.pk for version in chunk]
        count += queue(chunk)
        count += _again(RenditionWork.objects.filter(version_id__in=keys))
    return count


def _again(rows: models.QuerySet[RenditionWork]) -> int:
    with transaction.atomic():
        chosen = list(
            rows.filter(state__in=transition("again").sources).values_list("pk", flat=True)
        )
        PageRead.objects.filter(work_id__in=chosen).delete()
        changed = RenditionWork.objects.filter(
            pk__in=chosen, state__in=transition("again").sources
        ).update(due_at=now(), **_ANEW)
        if changed:
            wake()
    return changed
