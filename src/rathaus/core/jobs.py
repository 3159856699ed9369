"""Jobs: a transactional outbox on the database, shaped like ``django.tasks``.

A job is enqueued in the transaction that causes it, runs at least once after the commit,
and is retried with growing pauses for about a day; then it is *dead* and a person has to
look at it. Handlers are idempotent; outside effects carry a key stored before the call.
"""

from __future__ import annotations

import functools
import logging
import traceback
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from rathaus.core import events, wakeup
from rathaus.core.clock import now
from rathaus.core.durability import soft_atomic
from rathaus.core.models import CronEntry, Job, JobState
from rathaus.core.quick import QuickUpdate

log = logging.getLogger("rathaus.jobs")
LEASE = timedelta(minutes=5)
KEEP_DONE = timedelta(days=7)
ERROR_LENGTH = 4000
ABOUT_TO_BE = timedelta(seconds=2)

LOOK_FOR_LOST = timedelta(seconds=20)
"""Time between two looks for what vanished workers left behind while other jobs wait."""
NEVER = datetime.min.replace(tzinfo=UTC)
_looked_for_lost: dict[bool, datetime] = {}

BATCH = 16
"""Waiting jobs of one name that are worked on together, where their handler can do so."""

COLUMNS = ", ".join(str(field.column) for field in Job._meta.concrete_fields)
"""By name: a statement that is prepared with ``*`` fails once the table gets another column."""

Handler = Callable[..., None]
Many = Callable[[list[dict[str, Any]]], None]


@dataclass(frozen=True)
class Registered:
    """A handler with its name and its number of tries; `many` does the same for several."""

    name: str
    handler: Handler
    max_attempts: int
    many: Many | None = None
    prompt: bool = False


_jobs: dict[str, Registered] = {}
_cron: dict[str, tuple[timedelta, Handler]] = {}


class RetryLater(Exception):
    """Raised by a handler that cannot do its work yet; `seconds` until the next try."""

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason or f"again in {seconds} s")
        self.seconds = seconds


class UnknownJob(LookupError):
    """A job in the table has no handler in this version of the software."""


def job(
    name: str, *, max_attempts: int = 12, many: Many | None = None, prompt: bool = False
) -> Callable[[Handler], Handler]:
    """Decorator: make a function a job handler with JSON-able keyword arguments.

    `many` takes the arguments of up to `BATCH` waiting jobs at once, for less work per job. If
    it fails, the handler is called for each of them. `prompt`: somebody waits for each of them
    before he can go on (a code by e-mail), so they go before all other work.
    """

    def decorate(handler: Handler) -> Handler:
        _jobs[name] = Registered(name, handler, max_attempts, many, prompt)
        handler.job_name = name  # type: ignore[attr-defined]
        return handler

    return decorate


def cron(name: str, *, every: timedelta) -> Callable[[Handler], Handler]:
    """Decorator: enqueue this handler regularly."""

    def decorate(handler: Handler) -> Handler:
        job(name)(handler)
        _cron[name] = (every, handler)
        return handler

    return decorate


def enqueue(
    handler: Handler,
    *,
    run_at: datetime | None = None,
    dedupe_key: str = "",
    surely_new: bool = False,
    **kwargs: Any,
) -> Job:
    """Put a job into the outbox, in the caller's transaction.

    With `dedupe_key` at most one waiting job of that key exists; the waiting one is returned.
    `surely_new` spares looking for it where the key cannot have been used before.
    """
    registered = _jobs[handler.job_name]  # type: ignore[attr-defined]
    fresh = events.keys_of_unit()
    if dedupe_key and fresh is not None and dedupe_key in fresh:
        known: Job = fresh[dedupe_key]
        return known  # put in a moment ago, in this very transaction
    look = bool(dedupe_key) and not surely_new
    if look:
        waiting = _waiting(dedupe_key)
        if waiting:
            return waiting
    moment = now()
    row = Job(
        name=registered.name,
        args=kwargs,
        run_at=run_at or moment,
        prompt=registered.prompt,
        max_attempts=registered.max_attempts,
        dedupe_key=dedupe_key,
        created_at=moment,
    )
    if look:
        while (other := _put(row)) is not row:
            if other is not None:
                return other
    else:
        row.save(force_insert=True)
    if dedupe_key and fresh is not None:
        fresh[dedupe_key] = row
    if run_at is None:
        news = wakeup.PROMPT if registered.prompt else wakeup.WORK
        transaction.on_commit(functools.partial(wakeup.send, news))
    return row


def _put(row: Job) -> Job | None:
    """`row` where it could be put in; else the waiting one of its key, or None if that has begun.

    Another transaction may have put one in a moment ago, and a worker may have taken it since.
    """
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        row.pk = None
        return _waiting(row.dedupe_key)
    return row


def _waiting(dedupe_key: str) -> Job | None:
    """The waiting job of a key; it cannot begin before the transaction of the caller has ended.

    Else it could run on what was there before, and what the caller changes would get no job. On
    SQLite nobody else can take it meanwhile, because the caller is the only one that writes. Plain
    SQL: with the words of the index `job_once_per_key`, or SQLite would not use it.
    """
    hold = "FOR KEY SHARE" if connection.features.has_select_for_update else ""
    rows = Job.objects.raw(
        f"SELECT {COLUMNS} FROM core_job "  # noqa: S608 - nothing of it comes from outside
        f"WHERE state = 'ready' AND NOT (dedupe_key = '') AND dedupe_key = %s {hold}",
        [dedupe_key],
    )
    return next(iter(list(rows)), None)


def claim(
    owner: str,
    *,
    ahead: timedelta = timedelta(0),
    only_prompt: bool = False,
    finished: Sequence[Job] = (),
) -> list[Job]:
    """Take the next job that is due within `ahead`, or whose worker has vanished; or none.

    With `only_prompt` none but those for which somebody waits. What a vanished worker left behind
    was due before all others, so now and then it goes first, however much waits. Where its handler
    works on several at once, those of the same name come with it. `finished` are noted in the same
    transaction: jobs that were executed just before. A power cut may take both back: then they run
    once more.
    """
    with soft_atomic():
        finish(finished)
        return _take(owner, now() + ahead, only_prompt)


def _take(owner: str, until: datetime, only_prompt: bool) -> list[Job]:
    if abs(now() - _looked_for_lost.get(only_prompt, NEVER)) > LOOK_FOR_LOST:
        if lost := _take_lost(owner, only_prompt=only_prompt):
            return lost
        _looked_for_lost[only_prompt] = now()
    for prompt in (True,) if only_prompt else (True, False):
        first = _take_ready(owner, prompt, until, 1)
        if first:
            registered = _jobs.get(first[0].name)
            if registered is None or registered.many is None:
                return first
            return first + _take_ready(owner, prompt, until, BATCH - 1, name=registered.name)
    return _take_lost(owner, only_prompt=only_prompt)


def _take_ready(
    owner: str, prompt: bool, until: datetime, limit: int, *, name: str = ""
) -> list[Job]:
    """Plain SQL: both databases can choose, take and tell in one statement.

    One look for each value of `prompt`, so that the index leads past what is due later. What was
    chosen is still ready: the row is locked, or nobody else writes. Asking for that once more would
    make SQLite go through everything that waits.
    """
    skip = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    write = connection.ops.adapt_datetimefield_value
    rows = Job.objects.raw(
        f"""WITH due AS MATERIALIZED (
                SELECT id FROM core_job WHERE state = 'ready' AND prompt = %s AND run_at <= %s
                {"AND name = %s" if name else ""}
                ORDER BY run_at, id LIMIT {limit:d} {skip})
            UPDATE core_job SET state = 'running', attempts = attempts + 1,
                lease_token = %s, lease_owner = %s, lease_until = %s
            WHERE id IN (SELECT id FROM due)
            RETURNING {COLUMNS}""",  # noqa: S608 - nothing of it comes from outside
        [
            prompt,
            write(until),
            *([name] if name else []),
            uuid.uuid4().hex,
            owner,
            write(now() + LEASE),
        ],
    )
    return sorted(rows, key=lambda row: (row.run_at, row.pk))  # RETURNING has no order


def _take_lost(owner: str, *, only_prompt: bool) -> list[Job]:
    """One at a time: it may be the one that took its worker down."""
    moment = now()
    lost = Job.objects.filter(state=JobState.RUNNING, lease_until__lt=moment)
    if only_prompt:
        lost = lost.filter(prompt=True)
    for candidate in lost.order_by("run_at", "pk")[:5]:
        if candidate.attempts >= candidate.max_attempts:
            _bury(candidate)
            continue
        token = uuid.uuid4().hex
        taken = Job.objects.filter(
            pk=candidate.pk, state=candidate.state, lease_token=candidate.lease_token
        ).update(
            lease_token=token,
            lease_owner=owner,
            lease_until=moment + LEASE,
            attempts=models.F("attempts") + 1,
        )
        if taken:
            candidate.lease_token = token
            candidate.attempts += 1
            return [candidate]
    return []


def run(rows: Sequence[Job]) -> list[Job]:
    """Run claimed jobs and note the result; returns those that are done."""
    done = execute(rows)
    finish(done)
    return done


def execute(rows: Sequence[Job]) -> list[Job]:
    """Run the handler of claimed jobs of one name; returns those that are done.

    A failure is noted here, success is left to `finish`.
    """
    registered = _jobs.get(rows[0].name) if len(rows) > 1 else None
    if registered is not None and registered.many is not None:
        try:
            registered.many([row.args for row in rows])
        except Exception:
            log.exception("%s jobs %s failed together, now one by one", len(rows), rows[0].name)
        else:
            return list(rows)
    return [row for row in rows if _execute(row)]


def _execute(row: Job) -> bool:
    try:
        registered = _jobs.get(row.name)
        if registered is None:
            raise UnknownJob(row.name)
        registered.handler(**row.args)
    except RetryLater as later:
        _again(row, later.seconds, str(later), counts=False)
        return False
    except Exception:
        log.exception("job %s (%s) failed, try %s", row.name, row.pk, row.attempts)
        _again(row, backoff(row.attempts), traceback.format_exc(), counts=True)
        return False
    return True


_finish = QuickUpdate(
    Job,
    where=["id", "lease_token"],
    set=["state", "finished_at", "last_error", "lease_until"],
)


def finish(rows: Sequence[Job]) -> None:
    """Note that jobs are done."""
    for row in rows:
        _finish([row.pk, row.lease_token], [JobState.DONE, now(), "", None])


def backoff(attempts: int) -> float:
    """Seconds until the next try: 5 s, doubling, at most 4 hours; 12 tries last about a day."""
    return float(min(5 * 2 ** max(0, attempts - 1), 4 * 3600))


def _again(row: Job, seconds: float, error: str, *, counts: bool) -> None:
    dead = counts and row.attempts >= row.max_attempts
    changes: dict[str, Any] = {
        "state": JobState.DEAD if dead else JobState.READY,
        "run_at": now() + timedelta(seconds=seconds),
        "last_error": error[-ERROR_LENGTH:],
        "lease_until": None,
        "finished_at": now() if dead else None,
    }
    if not counts:
        changes["attempts"] = max(0, row.attempts - 1)
    mine = Job.objects.filter(pk=row.pk, lease_token=row.lease_token)
    try:
        with transaction.atomic():
            mine.update(**changes)
    except IntegrityError:  # a waiting job with the same key took over
        mine.update(state=JobState.DONE, finished_at=now(), lease_until=None)


def _bury(row: Job) -> None:
    """A job that takes its worker down each time must not do so for ever."""
    Job.objects.filter(pk=row.pk, state=row.state, lease_token=row.lease_token).update(
        state=JobState.DEAD,
        finished_at=now(),
        lease_until=None,
        last_error="The worker vanished each time it ran this job.",
    )


def retry(row: Job) -> bool:
    """Bring a dead job back to life; False if it is not dead any more.

    Where another one of the same key waits already, that one does the work, and this is done.
    """
    dead = Job.objects.filter(pk=row.pk, state=JobState.DEAD)
    try:
        with transaction.atomic():
            revived = dead.update(state=JobState.READY, run_at=now(), attempts=0, finished_at=None)
    except IntegrityError:
        revived = dead.update(state=JobState.DONE, finished_at=now())
    if revived:
        transaction.on_commit(wakeup.send)
    return bool(revived)


def tick() -> None:
    """Enqueue the regular jobs that are due; safe to call from many workers."""
    moment = now()
    known = dict(CronEntry.objects.values_list("name", "next_run"))
    for name, (every, handler) in _cron.items():
        due = known.get(name)
        if due is None:
            CronEntry.objects.get_or_create(name=name, defaults={"next_run": moment})
        elif due <= moment:
            with transaction.atomic():
                claimed = CronEntry.objects.filter(name=name, next_run=due).update(
                    next_run=moment + every
                )
                if claimed:
                    enqueue(handler, dedupe_key=f"cron:{name}")


def run_pending(limit: int = 1000) -> int:
    """Run everything that is due or about to be, here and now; returns how many ran."""
    count = 0
    while count < limit:
        rows = claim("inline", ahead=ABOUT_TO_BE)
        if not rows:
            return count
        run(rows)
        count += len(rows)
    return count


@functools.cache
def names() -> list[str]:
    """All registered job names."""
    return sorted(_jobs)


@cron("core.clean_up", every=timedelta(hours=1))
def clean_up() -> None:
    """Drop finished jobs, stale rate windows and sessions that are over."""
    from django.contrib.sessions.models import Session

    from rathaus.core.models import RateWindow

    Job.objects.filter(state=JobState.DONE, finished_at__lt=now() - KEEP_DONE).delete()
    RateWindow.objects.filter(expires_at__lt=now()).delete()
    Session.objects.filter(expire_date__lt=now()).delete()
