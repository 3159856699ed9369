"""The worker process: runs jobs one after another until it is told to stop."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import FrameType

from django.db import close_old_connections, connection
from django.db.utils import OperationalError

from rathaus.core import jobs, memory, wakeup
from rathaus.core.clock import now
from rathaus.core.models import Job, JobState

log = logging.getLogger("rathaus.worker")
IDLE_SECONDS = 1.0
TICK = timedelta(seconds=20)
WATCH_SECONDS = 5.0
STOP_SECONDS = 30.0
HANGING = 70
NICE = 10
OVERLOAD_SECONDS = 1.0
"""So long without a pause: another worker would help."""


def owner_name() -> str:
    """Host, boot and process: tells whether the worker that holds a lease still lives."""
    return f"{socket.gethostname()}|{_boot_id()}|{os.getpid()}"


def _make_way_for_pages() -> None:
    """People wait for pages, nobody waits for a job."""
    with contextlib.suppress(OSError):
        os.nice(NICE)


def _boot_id() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text(encoding="ascii").strip()[:8] if path.exists() else ""


def release_orphans() -> int:
    """Free the leases of workers of this host that no longer run; returns how many."""
    host, boot, _ = owner_name().split("|")
    freed = 0
    for row in Job.objects.filter(state=JobState.RUNNING).exclude(lease_owner=""):
        parts = row.lease_owner.split("|")
        if len(parts) != 3 or parts[0] != host:
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


class Worker:
    """Runs until `stop` is called; a job that was begun is finished first.

    `call_help` is called now and then while more work waits than this worker gets done.
    `is_helper` ends by itself as soon as nothing waits any more.
    """

    def __init__(
        self, *, call_help: Callable[[], None] | None = None, is_helper: bool = False
    ) -> None:
        self._call_help = call_help
        self._is_helper = is_helper
        self._since = time.monotonic()
        self._stopping = threading.Event()
        self._owner = owner_name()
        self._busy_since: float | None = None

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Finish the present job, then end."""
        self._stopping.set()
        wakeup.send()

    def run(self) -> None:
        """The loop."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        threading.Thread(target=self._watch, daemon=True).start()
        listener = None if self._is_helper else wakeup.Listener()
        _make_way_for_pages()
        release_orphans()
        next_tick = now()
        finished: list[Job] = []
        while not self._stopping.is_set():
            try:
                if now() >= next_tick:
                    release_orphans()
                    jobs.tick()
                    next_tick = now() + TICK
                rows = jobs.claim(self._owner, finished=finished)
                finished = []
                if rows:
                    self._busy_since = time.monotonic()
                    finished = jobs.execute(rows)
                    self._busy_since = None
                    self._look_for_help()
                    continue
            except OperationalError:
                log.exception("database not reachable, trying again")
                connection.close()
            if listener is None:
                break
            close_old_connections()
            memory.give_back()
            listener.wait(IDLE_SECONDS)
            self._since = time.monotonic()
        jobs.finish(finished)
        if listener is not None:
            listener.close()

    def _look_for_help(self) -> None:
        """Busy without a pause: give memory back all the same, and call for another worker."""
        if time.monotonic() - self._since < OVERLOAD_SECONDS:
            return
        self._since = time.monotonic()
        memory.give_back()
        if self._call_help is not None:
            self._call_help()

    def _watch(self) -> None:
        """End the process when a job hangs: the lease then gives the job to a new worker,
        and one that hangs each time is buried where a person sees it."""
        while True:
            time.sleep(WATCH_SECONDS)
            since = self._busy_since
            if since is None:
                continue
            limit = STOP_SECONDS if self._stopping.is_set() else jobs.LEASE.total_seconds()
            if hangs(since, limit):
                log.critical("a job hangs; ending the worker so that it is started anew")
                os._exit(HANGING)


def hangs(since: float, limit: float) -> bool:
    """Whether a job that began at `since` (monotonic seconds) has used up its time."""
    return time.monotonic() - since > limit
