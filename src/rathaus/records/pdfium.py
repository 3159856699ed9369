"""PDFium, one document at a time: the library must not be entered by two threads at once
(documentation of pypdfium2, "Thread safety"). Pages and jobs run in threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.RLock()


@contextmanager
def alone() -> Iterator[None]:
    """Hold it from opening a document until it is closed; jobs with long work take pieces."""
    with _lock:
        yield
