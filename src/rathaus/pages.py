"""gunicorn's worker with threads, sharing the work fairly between processes and threads.

All processes wait on one socket, and the one that wakes first may take many connections that
stay open, while another has nothing to do: then half of the processors stand still. Within a
process the threads are there for requests that wait; those that compute take turns.
"""

from __future__ import annotations

import mmap
import struct
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from rathaus.core.turns import Turns

MOST = 64
"""Processes for pages; further ones take connections without looking at the others."""
PATIENCE = 5
PAUSE = 0.001
"""A process with more connections leaves a new one to the others, for so many times so long
(seconds): should they hang, it takes it after all."""
TURN_SECONDS = 0.1
"""What takes longer waits for something: a payment service, a scanner, a slow sender."""
_NONE = -1
_NUMBER = struct.Struct("i")


class Shares:
    """How many connections each process has, in memory that all of them see."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, MOST * _NUMBER.size)
        for place in range(MOST):
            self.write(place, _NONE)

    def write(self, place: int, count: int) -> None:
        """The process at `place` has `count` connections."""
        _NUMBER.pack_into(self._memory, place * _NUMBER.size, count)

    def leave(self, place: int) -> None:
        """That process ended."""
        self.write(place, _NONE)

    def is_less_elsewhere(self, place: int, count: int) -> bool:
        """Whether another process has fewer connections than `count`."""
        counts = (_NUMBER.unpack_from(self._memory, n * _NUMBER.size)[0] for n in range(MOST))
        return any(_NONE < other < count for n, other in enumerate(counts) if n != place)

    def free_place(self, taken: set[int]) -> int:
        """A place nobody has, or `MOST`; what ended processes left is cleared."""
        for place in set(range(MOST)) - taken:
            self.leave(place)
        return min(set(range(MOST)) - taken, default=MOST)


shares = Shares()


class PageWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Takes a new connection only if no other process has fewer."""

    place = MOST
    """Set by the master before it forks."""
    wsgi: Any
    _left = 0

    def load_wsgi(self) -> None:
        """Called in the new process: put the queue before the application."""
        super().load_wsgi()
        self.wsgi = in_turn(self.wsgi)

    def accept(self, listener: Any) -> None:
        """Called while connections wait at `listener`."""
        if self.place < MOST:
            if self._left < PATIENCE and shares.is_less_elsewhere(self.place, self.nr_conns):
                self._left += 1
                time.sleep(PAUSE)
                return
            self._left = 0
        super().accept(listener)
        self._tell()

    def notify(self) -> None:
        """Called in each round of the loop."""
        super().notify()
        self._tell()

    def _tell(self) -> None:
        if self.place < MOST:
            shares.write(self.place, self.nr_conns)


def in_turn(application: Any) -> Any:
    """The WSGI application, called by one thread after the other (see `Turns`)."""
    turns = Turns(TURN_SECONDS)

    def called(environ: dict[str, Any], start_response: Any) -> Any:
        with turns.mine():
            return application(environ, start_response)

    return called


def before_fork(server: Any, worker: PageWorker) -> None:
    """Hook of gunicorn's master (`pre_fork`)."""
    taken = {other.place for other in server.WORKERS.values()}
    worker.place = shares.free_place(taken)
