"""gunicorn's worker with threads, sharing the work fairly between processes and threads.

All processes wait on one socket, and the one that wakes first may take many connections that
stay open, while another has nothing to do: then half of the processors stand still. Within a
process one thread answers one request after the other, as they came; others stand in for it
when a request takes long (see `rathaus.core.lead`).
"""

from __future__ import annotations

import mmap
import selectors
import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from rathaus.core.lead import Lead

MOST = 64
"""Processes for pages; further ones take connections without looking at the others."""
PATIENCE = 5
PAUSE = 0.001
"""A process with more connections leaves a new one to the others, for so many times so long
(seconds): should they hang, it takes it after all."""
LONG_SECONDS = 0.1
"""What takes longer waits for something: a payment service, a scanner, a slow sender."""
BEHIND = 3
"""Requests that wait in one process: more than come together by chance."""
SAY_SECONDS = 0.05
"""Time between two messages that it is behind."""
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


@dataclass(frozen=True)
class _Answered:
    """What gunicorn asks of a piece of work that another thread has done."""

    keeps_open: Any

    def cancelled(self) -> bool:
        return False

    def result(self) -> Any:
        return self.keeps_open


class PageWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Takes a new connection only if no other process has fewer; answers as they came."""

    place = MOST
    """Set by the master before it forks."""
    say_behind: Callable[[], None] = staticmethod(lambda: None)
    """Called while requests wait, so that others may leave the processors to the pages."""
    _left = 0
    _said = 0.0
    _lead: Lead

    def init_process(self) -> None:
        """Called in the new process; returns when it ends."""
        self._ready: deque[Any] = deque()
        self._lead = Lead(LONG_SECONDS, self.cfg.threads, self._stand_in)
        super().init_process()

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

    def enqueue_req(self, conn: Any) -> None:
        """Called for a connection that is new or has sent a request."""
        if conn.initialized or conn.data_ready:
            self._ready.append(conn)
            return
        # Browsers open connections that they need later, or never: nobody waits for them.
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        self.poller.register(
            conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn)
        )

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """One round of the loop: see who has sent something, then answer them in turn."""
        waits = not self._ready or not self._lead.may_work()
        super().wait_for_and_dispatch_events(timeout if waits else 0)
        if len(self._ready) >= BEHIND:
            self._tell_behind()
        while self._ready and self._lead.may_work():
            if not self._answer(self._ready.popleft()):
                break

    def _tell_behind(self) -> None:
        moment = time.monotonic()
        if moment - self._said > SAY_SECONDS:
            self._said = moment
            self.say_behind()

    def _answer(self, conn: Any) -> bool:
        """Answer one request. Returns whether this thread may go on with the next."""
        keeps_open = False
        self._lead.begin()
        try:
            keeps_open = self.handle(conn)
        finally:
            leads = self._lead.end()
            if leads:
                self.finish_request(conn, _Answered(keeps_open))
            else:
                self.method_queue.defer(self.finish_request, conn, _Answered(keeps_open))
        return leads or self._lead.follow()

    def _stand_in(self) -> None:
        """The loop, in another thread, until the first one is back."""
        while self._lead.is_mine():
            self.notify()
            self.set_accept_enabled(self.alive and self.nr_conns < self.worker_connections)
            self.wait_for_and_dispatch_events(1.0)
            if not self._lead.is_mine():
                break
            self.murder_keepalived()
            self.murder_pending()
            self._lead.give_back()

    def _tell(self) -> None:
        if self.place < MOST:
            shares.write(self.place, self.nr_conns)


def before_fork(server: Any, worker: PageWorker) -> None:
    """Hook of gunicorn's master (`pre_fork`)."""
    taken = {other.place for other in server.WORKERS.values()}
    worker.place = shares.free_place(taken)
