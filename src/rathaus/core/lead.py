"""Several threads, one of which leads: it finds the work and does it, piece by piece.

Handing each piece to another thread and its result back costs a dozen switches between threads,
and each thread fills a cache of its own. So the leader does it itself; only when a piece takes
long does somebody else take the lead, so that whoever waits for another computer does not hold
up the rest (ADR 20).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LOOKS = 2
"""How often the next in line looks at the leader within the time of a piece."""
QUIET = 40
"""So many looks without work, and the next in line sleeps until there is some."""


class Lead:
    """Who leads, and who stands in when the leader's piece takes longer than `seconds`.

    The thread that makes it leads first and has the lead whenever it wants it. `stand_in` is
    called in another thread when that one shall lead, and returns when it no longer does. At
    most `most` threads work at a time; one more only leads.
    """

    def __init__(self, seconds: float, most: int, stand_in: Callable[[], None]) -> None:
        self._seconds = seconds
        self._most = most
        self._stand_in = stand_in
        self._first = self._leader = threading.get_ident()
        self._lock = threading.Lock()
        self._line = threading.Lock()
        self._begun = threading.Event()
        self._given_back = threading.Event()
        self._since: float | None = None
        self._late = 0
        self._others = 0
        self._is_wanted = False

    def is_mine(self) -> bool:
        """Whether this thread leads."""
        return self._leader == threading.get_ident()

    def may_work(self) -> bool:
        """Whether the leader may begin a piece: not while `most` others are late with theirs."""
        return self._late < self._most

    def begin(self) -> None:
        """The leader begins a piece."""
        self._since = time.monotonic()
        if not self._begun.is_set():
            self._begun.set()
            if not self._others:
                self._add()

    def end(self) -> bool:
        """This thread ends its piece; whether it still leads. If not, call `follow` next.

        Between the two the one that leads may be woken, so that it gives the lead back soon.
        """
        with self._lock:
            if self.is_mine():
                self._since = None
                return True
            self._late -= 1
            if threading.get_ident() == self._first:
                self._given_back.clear()
                self._is_wanted = True
            return False

    def follow(self) -> bool:
        """The first thread waits until it leads again; others return at once. Whether it leads."""
        if threading.get_ident() != self._first:
            return False
        while not self._given_back.wait(self._seconds / LOOKS) and not self._take_over():
            pass
        self._is_wanted = False
        return True

    def give_back(self) -> None:
        """The leader, between two pieces, gives the lead to the first thread if that waits."""
        if self._is_wanted:
            with self._lock:
                self._leader = self._first
                self._given_back.set()

    def _take_over(self) -> bool:
        """Take the lead from whoever is late; whether it was so."""
        with self._lock:
            since = self._since
            if since is None or time.monotonic() - since < self._seconds:
                return False
            self._leader = threading.get_ident()
            self._since = None
            self._late += 1
        return True

    def _add(self) -> None:
        """One more thread that stands in, as long as there are not enough."""
        if self._others <= self._most:
            self._others += 1
            threading.Thread(target=self._stand_by, name="pages", daemon=True).start()

    def _stand_by(self) -> None:
        while True:
            with self._line:
                self._wait_for_a_late_one()
            if not self._line.locked():
                self._add()
            try:
                self._stand_in()
            except BaseException:
                self._drop_out()
                raise

    def _wait_for_a_late_one(self) -> None:
        quiet = 0
        while not self._take_over():
            quiet = 0 if self._since is not None else quiet + 1
            if quiet > QUIET:
                self._begun.clear()
                if self._since is None:  # or it began a moment ago and did not see that
                    self._begun.wait()
                quiet = 0
            time.sleep(self._seconds / LOOKS)

    def _drop_out(self) -> None:
        """This thread breaks off; if it leads, the next in line takes the lead at once."""
        with self._lock:
            self._others -= 1
            if self.is_mine():
                self._since = 0.0
                self._late -= 1
