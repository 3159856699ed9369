"""What one file may cost."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

MEMORY = 1536 * 1024 * 1024
"""Bytes of address space, for this process and for each Tesseract."""
CPU_SECONDS = 600
IDLE_SECONDS = 20
"""Without a question for so long the process ends; the next question starts another."""

MAX_BYTES = 250 * 1024 * 1024
MAX_PAGES = 2000
MAX_PIXELS = 150_000_000
"""Of one picture: A0 at 300 dpi is 139 million."""
RENDER_PIXELS = 40_000_000
"""Of one page drawn for reading: A3 at 600 dpi would be 70 million, 300 dpi are 17."""
MAX_TEXT = 500_000
"""Characters of text kept of one document."""


def apply() -> None:
    """Limit this process; end it together with the one that started it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_BYTES * 2, MAX_BYTES * 2))
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("800")
    except (OSError, AttributeError):
        return  # not Linux, or not allowed: the limits above hold all the same
    if os.getppid() == 1:
        raise SystemExit("the parent has gone")
