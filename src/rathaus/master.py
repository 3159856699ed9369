"""gunicorn's master, which also keeps the worker for jobs running.

One parent for all processes saves the memory of a second one: what the parent has loaded is
shared with its children until they write to it.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
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

Jobs = Callable[[Callable[[], None], bool], None]
"""Runs jobs, given a function that calls for help and whether it is the help itself."""


class Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Starts `jobs` in a process of its own and starts it again whenever it ended.

    While more jobs wait than that process gets done, a second one helps it, so that both
    processors are used; it ends when nothing waits any more.
    """

    def __init__(self, app: Any, jobs: Jobs | None) -> None:
        self._jobs = jobs
        self._pid = self._helper = 0
        self._started = 0.0
        self._calls, self._called = os.pipe()
        os.set_blocking(self._calls, False)
        os.set_blocking(self._called, False)
        super().__init__(app)

    def manage_workers(self) -> None:
        """Called about every second, and after a child has ended."""
        super().manage_workers()
        if self._jobs is None:
            return
        self._pid, self._helper = _living(self._pid), _living(self._helper)
        wanted = self._is_called()
        if not self._pid and time.monotonic() - self._started >= RESTART_PAUSE:
            self._started = time.monotonic()
            self._pid = self._start(functools.partial(self._jobs, self._call, False))
        elif wanted and self._pid and not self._helper:
            self._helper = self._start(functools.partial(self._jobs, self._call, True))

    def stop(self, graceful: bool = True) -> None:
        """End the workers for jobs together with those for pages."""
        self._tell(signal.SIGTERM)
        super().stop(graceful)
        end = time.monotonic() + STOP_SECONDS
        while time.monotonic() < end:
            self._pid, self._helper = _living(self._pid), _living(self._helper)
            if not self._pid and not self._helper:
                break
            time.sleep(0.05)
            self.reap_workers()
        self._tell(signal.SIGKILL)

    def _call(self) -> None:
        """Runs in a worker: more waits than it gets done."""
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self._called, b"!")

    def _is_called(self) -> bool:
        with contextlib.suppress(BlockingIOError):
            return bool(os.read(self._calls, 4096))
        return False

    def _tell(self, number: signal.Signals) -> None:
        for pid in filter(None, (self._pid, self._helper)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

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


def _living(pid: int) -> int:
    """`pid` while that child lives, else 0; an ended one may be waited for by `reap_workers`."""
    if not pid:
        return 0
    try:
        ended, _status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return 0
    return 0 if ended else pid
