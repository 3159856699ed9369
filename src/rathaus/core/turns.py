"""Threads of one interpreter taking turns, as long as each turn is short.

Threads that all want the interpreter hand it to each other at every statement to the database;
each time the processor's caches fill anew, and everybody finishes late. One after the other is
less work and less waiting (ADR 17). Whoever waits for another computer or works long must not
hold up the rest: so a turn has an end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A queue for one. Who takes more than `seconds` goes on, but the next one begins too."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._free = threading.Condition()
        self._holder: object | None = None
        self._until = 0.0

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Run the block when it is this thread's turn."""
        me = object()
        with self._free:
            while self._holder is not None and (left := self._until - time.monotonic()) > 0:
                self._free.wait(left)
            self._holder = me
            self._until = time.monotonic() + self._seconds
        try:
            yield
        finally:
            with self._free:
                if self._holder is me:
                    self._holder = None
                    self._free.notify()
