"""Threads of one interpreter taking turns, as long as each turn is short.

Threads that all want the interpreter hand it to each other at every statement to the database;
each time the processor's caches fill anew, and everybody finishes late. One after the other is
less work and less waiting (ADR 17). Whoever waits for another computer or works long must not
hold up the rest: so a turn has an end.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class _Turn:
    """One thread's turn; `gate` opens when it comes."""

    def __init__(self) -> None:
        self.gate = threading.Lock()
        self.gate.acquire()


class Turns:
    """First come, first served. Who takes more than `seconds` goes on, but the next begins too."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._holder: _Turn | None = None
        self._until = 0.0
        self._waiting: deque[_Turn] = deque()

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Run the block when it is this thread's turn."""
        me = _Turn()
        with self._lock:
            self._waiting.append(me)
            if self._holder is None:
                self._next()
        while not me.gate.acquire(timeout=max(0.0, self._until - time.monotonic())):
            with self._lock:
                if self._until <= time.monotonic():
                    self._next()
        try:
            yield
        finally:
            with self._lock:
                if self._holder is me:
                    self._next()

    def _next(self) -> None:
        """Give the turn to whoever has waited longest."""
        self._holder = self._waiting.popleft() if self._waiting else None
        if self._holder is not None:
            self._until = time.monotonic() + self._seconds
            self._holder.gate.release()
