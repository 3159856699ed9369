"""gunicorn's master, which also keeps the worker for jobs running.

One parent for all processes saves the memory of a second one: what the parent has loaded is
shared with its children until they write to it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from gunicorn.arbiter import Arbiter

RESTART_PAUSE = 2.0
"""Seconds between two starts of a worker that ends by itself."""
STOP_SECONDS = 40.0
"""A job that was begun may be finished; afterwards its lease gives it to the next worker."""
_DIE_WITH_PARENT = 1


class Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Starts `jobs` in a process of its own and starts it again whenever it ended."""

    def __init__(self, app: Any, jobs: Callable[[], None] | None) -> None:
        self._jobs = jobs
        self._pid = 0
        self._started = 0.0
        super().__init__(app)

    def manage_workers(self) -> None:
        """Called about every second, and after a child has ended."""
        super().manage_workers()
        if self._jobs is None or self._runs():
            return
        if time.monotonic() - self._started >= RESTART_PAUSE:
            self._started = time.monotonic()
            self._pid = self._start(self._jobs)

    def stop(self, graceful: bool = True) -> None:
        """End the worker for jobs together with those for pages."""
        self._tell(signal.SIGTERM)
        super().stop(graceful)
        end = time.monotonic() + STOP_SECONDS
        while self._runs() and time.monotonic() < end:
            time.sleep(0.05)
            self.reap_workers()
        self._tell(signal.SIGKILL)

    def _runs(self) -> bool:
        """Whether the worker lives; one that ended was waited for by `reap_workers`."""
        if not self._pid:
            return False
        try:
            ended, _status = os.waitpid(self._pid, os.WNOHANG)
        except ChildProcessError:
            ended = self._pid
        if ended:
            self._pid = 0
        return bool(self._pid)

    def _tell(self, number: signal.Signals) -> None:
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, number)

    def _start(self, part: Callable[[], None]) -> int:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            for listener in self.LISTENERS:
                listener.sock.close()
            for number in self.SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            with contextlib.suppress(OSError, AttributeError):
                ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)
            if os.getppid() == parent:
                part()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        finally:
            sys.stdout.flush()
            os._exit(status)
