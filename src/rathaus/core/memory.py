"""Keeping small what stays in memory between two pieces of work."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import time
from functools import lru_cache
from typing import Any

PAUSE = 1.0
"""Seconds between two calls: giving back and fetching again costs time too."""
_last = 0.0
_HOLES = (65536, 32768, 16384, 8192, 4096, 2048, 1024, 512, 256, 128, 64, 24)
"""Bytes, from large to small: the least that glibc hands out last."""

_ARENA_MAX = -8
"""``M_ARENA_MAX`` of mallopt(3)."""


def arenas(count: int) -> None:
    """Let glibc reserve memory in so many places; call it before the threads begin.

    Threads take turns with the interpreter, so one is enough; but not for threads that work
    outside of it at the same time: each piece of memory then waits for one lock.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, count)


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


def settle() -> None:
    """Make memory ready to be shared with processes forked from this one.

    Loading the application leaves 15 MB of holes between what stays. A child would fill them
    with its own small things, and for each the system copies a page that was shared. So whole
    pages go back to the system, and the rest of the holes is taken for good: children then
    begin on pages of their own (ADR 18). Does nothing elsewhere than on glibc.
    """
    gc.collect()
    trim = _malloc_trim()
    if trim is not None:
        trim(0)
        with contextlib.suppress(AttributeError):  # glibc before 2.33
            _fill_holes(ctypes.CDLL(None))


class _Mallinfo(ctypes.Structure):
    """``struct mallinfo2``, see mallinfo(3)."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd",
            "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    ]  # fmt: skip


def _fill_holes(libc: Any) -> None:
    """Take memory of each size until it comes from the end of the heap."""
    libc.mallinfo2.restype = _Mallinfo
    libc.sbrk.argtypes, libc.sbrk.restype = [ctypes.c_ssize_t], ctypes.c_void_p
    libc.malloc.argtypes, libc.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    libc.free.argtypes, libc.free.restype = [ctypes.c_void_p], None
    end = (libc.sbrk(0) or 0) - libc.mallinfo2().keepcost
    for size in _HOLES:
        while place := libc.malloc(size):
            if place >= end:
                libc.free(place)
                break
