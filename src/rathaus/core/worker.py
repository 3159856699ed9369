"""The worker process: runs jobs one after another until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from datetime import timedelta
from pathlib import Path
from types import FrameType

from django.db import close_old_connections, connection
from django.db.utils import OperationalError

from rathaus.core import jobs, wakeup
from rathaus.core.clock import now
from rathaus.core.models import Job, JobState

log = logging.getLogger("rathaus.worker")
IDLE_SECONDS = 1.0
TICK = timedelta(seconds=20)


def owner_name() -> str:
    """Host, boot and process: tells whether the worker that holds a lease still lives."""
    return f"{socket.gethostname()}|{_boot_id()}|{os.getpid()}"


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
    """Runs until `stop` is called; a job that was begun is finished first."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._owner = owner_name()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Finish the present job, then end."""
        self._stopping.set()
        wakeup.send()

    def run(self) -> None:
        """The loop."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        listener = wakeup.Listener()
        release_orphans()
        next_tick = now()
        while not self._stopping.is_set():
            try:
                if now() >= next_tick:
                    release_orphans()
                    jobs.tick()
                    next_tick = now() + TICK
                row = jobs.claim(self._owner)
                if row is not None:
                    jobs.run(row)
                    continue
            except OperationalError:
                log.exception("database not reachable, trying again")
                connection.close()
            close_old_connections()
            listener.wait(IDLE_SECONDS)
        listener.close()
