"""The worker process: runs jobs one after another until it is told to stop."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import FrameType

from django.db import close_old_connections, connection
from django.db.utils import OperationalError

from rathaus.core import jobs, memory, wakeup
from rathaus.core.clock import now
from rathaus.core.models import Job, JobState
from rathaus.core.right_of_way import RightOfWay

log = logging.getLogger("rathaus.worker")
IDLE_SECONDS = 1.0
TICK = timedelta(seconds=20)
WATCH_SECONDS = 5.0
STOP_SECONDS = 30.0
HANGING = 70
NICE = 10
AT_ONCE = 2
"""Jobs at a time; each has a connection of its own."""
LOOK_SECONDS = 0.25
"""Time between two looks for what is prompt while all others are busy or make way for pages."""


def owner_name() -> str:
    """Host, boot and process: tells whether the worker that holds a lease still lives."""
    return f"{socket.gethostname()}|{_boot_id()}|{os.getpid()}"


def _make_way_for_pages() -> None:
    """Pages have the right of way: while they are made, jobs get a tenth.

    Not `SCHED_IDLE`: on a machine that others keep busy, a thread that gets nothing keeps the
    interpreter and the lock of the database (ADR 21).
    """
    with contextlib.suppress(OSError):
        os.nice(NICE)


def _boot_id() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text(encoding="ascii").strip()[:8] if path.exists() else ""


def release_orphans(*, own: bool = True) -> int:
    """Free the leases of workers of this host that no longer run; returns how many.

    `own`: also those under the number of this process, which an earlier one left. Only right
    before it has jobs itself: else they would be given away while they run.
    """
    mine = owner_name()
    host, boot, _ = mine.split("|")
    freed = 0
    for row in Job.objects.filter(state=JobState.RUNNING).exclude(lease_owner=""):
        parts = row.lease_owner.split("|")
        if len(parts) != 3 or parts[0] != host:
            continue
        if not own and row.lease_owner == mine:
            continue
        if parts[1] == boot and _alive(int(parts[2])):
            continue
        freed += Job.objects.filter(
            pk=row.pk, lease_token=row.lease_token, state=JobState.RUNNING
        ).update(lease_until=now() - timedelta(seconds=1))
    return freed


def _alive(pid: int) -> bool:
    if pid == os.getpid():
        return False  # a lease of an earlier process that had the same number
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _Runner(threading.Thread):
    """Claims and runs jobs until none waits, then sleeps until `wake`.

    With `only_prompt` it takes none but those for which somebody waits; so do all while the pages
    have the right of way.
    """

    def __init__(
        self, owner: str, stopping: threading.Event, way: RightOfWay, *, only_prompt: bool
    ) -> None:
        super().__init__(name="jobs", daemon=True)
        self.wake = threading.Event()
        self.is_idle = False
        self.busy_since: float | None = None
        self._owner = owner
        self._stopping = stopping
        self._way = way
        self._only_prompt = only_prompt

    def run(self) -> None:
        finished: list[Job] = []
        while not self._stopping.is_set():
            only_prompt = self._only_prompt or self._way.is_for_pages()
            try:
                rows = jobs.claim(self._owner, only_prompt=only_prompt, finished=finished)
                finished = []
                if rows:
                    self.busy_since = time.monotonic()
                    finished = jobs.execute(rows)
                    self.busy_since = None
                    continue
                if not only_prompt:
                    self._way.begin_anew()
            except OperationalError:
                log.exception("database not reachable, trying again")
                self.busy_since = None
                connection.close()
            close_old_connections()
            memory.give_back()
            self.is_idle = True
            self.wake.wait()
            self.is_idle = False
            self.wake.clear()
        jobs.finish(finished)
        connection.close()


class Worker:
    """Runs until `stop` is called; jobs that were begun are finished first.

    Two jobs at a time: a long one (reading a scan) does not hold up a receipt that somebody
    waits for, and while the compiler of PDFs works, Python does something else. A third thread
    does what somebody waits for (a code by e-mail) while those two are busy.
    """

    def __init__(self) -> None:
        self._stopping = threading.Event()
        owner = owner_name()
        self._way = RightOfWay()
        make = partial(_Runner, owner, self._stopping, self._way)
        self._usual = [make(only_prompt=False) for _ in range(AT_ONCE)]
        self._prompt = make(only_prompt=True)
        self._runners = [*self._usual, self._prompt]
        self._looked = 0.0

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Finish the present jobs, then end."""
        self._stopping.set()
        wakeup.send()

    def run(self) -> None:
        """Start the runners, wake them when there is work, begin the regular jobs."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        threading.Thread(target=self._watch, daemon=True).start()
        listener = wakeup.Listener()
        _make_way_for_pages()
        memory.arenas(AT_ONCE)
        self._tick(begins=True)
        next_tick = now() + TICK
        is_held = False
        for runner in self._runners:
            runner.start()
        while not self._stopping.is_set() and all(map(threading.Thread.is_alive, self._runners)):
            news = listener.wait(LOOK_SECONDS if is_held else IDLE_SECONDS)
            if wakeup.BEHIND in news:
                self._way.give()
            if now() >= next_tick:
                self._tick()
                next_tick = now() + TICK
            was_held, is_held = is_held, self._way.is_for_pages()
            if was_held and not is_held:
                self._wake_all()
            elif not is_held:
                self._wake_one()
            if wakeup.PROMPT in news or time.monotonic() - self._looked > LOOK_SECONDS:
                self._look_for_what_is_prompt()
        self._stopping.set()
        for runner in self._runners:
            runner.wake.set()
            runner.join()
        listener.close()

    def _tick(self, *, begins: bool = False) -> None:
        try:
            release_orphans(own=begins)
            jobs.tick()
            close_old_connections()
        except OperationalError:
            log.exception("database not reachable, trying again")
            connection.close()

    def _asleep(self) -> list[_Runner]:
        return [runner for runner in self._usual if runner.is_idle]

    def _wake_one(self) -> None:
        """One that sleeps; where none does, all look once more when they are done."""
        for runner in self._asleep()[:1] or self._usual:
            runner.wake.set()

    def _look_for_what_is_prompt(self) -> None:
        self._looked = time.monotonic()
        (self._asleep() or [self._prompt])[0].wake.set()

    def _wake_all(self) -> None:
        for runner in self._usual:
            runner.wake.set()

    def _watch(self) -> None:
        """End the process when a job hangs: the lease then gives the job to a new worker,
        and one that hangs each time is buried where a person sees it."""
        while True:
            time.sleep(WATCH_SECONDS)
            limit = STOP_SECONDS if self._stopping.is_set() else jobs.LEASE.total_seconds()
            begun = [since for runner in self._runners if (since := runner.busy_since) is not None]
            if any(hangs(since, limit) for since in begun):
                log.critical("a job hangs; ending the worker so that it is started anew")
                os._exit(HANGING)


def hangs(since: float, limit: float) -> bool:
    """Whether a job that began at `since` (monotonic seconds) has used up its time."""
    return time.monotonic() - since > limit
