"""Whether jobs make way for pages.

At a peak a resident waits for each page, and seldom for what follows by job (ADR 22).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

HOLD_SECONDS = 0.15
"""How long it lasts after the pages were last behind."""
LONGEST_SECONDS = 60.0
"""How long jobs wait at most, all in all, until none is left."""


class RightOfWay:
    """The pages have it while they are behind, for at most `LONGEST_SECONDS`.

    Afterwards jobs go on as if nothing were the matter, until none is left. `clock` gives
    seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._given = -math.inf
        self._spent = 0.0

    def give(self) -> None:
        """The pages are behind just now."""
        moment = self._clock()
        self._spent += min(moment - self._given, HOLD_SECONDS)
        self._given = moment

    def is_for_pages(self) -> bool:
        """Whether jobs that nobody waits for leave the processors to the pages."""
        return self._clock() - self._given < HOLD_SECONDS and self._spent < LONGEST_SECONDS

    def begin_anew(self) -> None:
        """No job is left, so none has waited."""
        self._spent = 0.0
