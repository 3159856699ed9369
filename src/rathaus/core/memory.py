"""Keeping small what stays in memory between two pieces of work."""

from __future__ import annotations

import contextlib
import ctypes
import time
from functools import lru_cache
from typing import Any

PAUSE = 1.0
"""Seconds between two calls: giving back and fetching again costs time too."""
_last = 0.0


def give_back() -> None:
    """Return freed memory to the system (glibc's malloc_trim); does nothing elsewhere.

    Making PDFs frees large pieces that the allocator would keep for ever.
    """
    global _last
    trim = _malloc_trim()
    if trim is not None and time.monotonic() - _last >= PAUSE:
        trim(0)
        _last = time.monotonic()


@lru_cache(maxsize=1)
def _malloc_trim() -> Any:
    with contextlib.suppress(OSError, AttributeError):
        return ctypes.CDLL(None).malloc_trim
    return None
