"""Asking the process that opens foreign files (`child`), and ending it when it takes too long."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import IO, Any

from rathaus.records.renditions.child import limits, wire
from rathaus.records.renditions.child.refusal import Refused

SECONDS = 60.0
_KEPT = ("PATH", "LANG", "LC_ALL", "TESSDATA_PREFIX", "PYTHONPATH", "TMPDIR")


class Failed(Exception):
    """No answer: "timeout", "memory", "crash" or "error". Another try may help."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


class Sandbox:
    """One process for many questions; it is started when needed and ends when idle."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(
        self, do: str, content: bytes, *, seconds: float = SECONDS, **more: Any
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Facts and bytes. Raises: Refused (a plain reason), Failed."""
        if len(content) > limits.MAX_BYTES:
            raise Refused("too_large")
        with self._lock:
            try:
                head, parts = self._ask({"do": do, **more}, [content], seconds)
            except TimeoutError:
                self.close()
                raise Failed("timeout") from None
            except (wire.Broken, OSError) as error:
                self.close()
                raise Failed("crash", str(error)) from error
        if "refused" in head:
            raise Refused(str(head["refused"]))
        if "failed" in head:
            self.close()
            raise Failed(str(head["failed"]), str(head.get("error", "")))
        return head["facts"], parts

    def _ask(
        self, head: dict[str, Any], parts: Sequence[bytes], seconds: float
    ) -> tuple[dict[str, Any], list[bytes]]:
        end = time.monotonic() + seconds
        process = self._running()
        into, out = _pipes(process)
        for piece in wire.pack(head, parts):
            _write(into.fileno(), piece, end)
        handle = out.fileno()
        return wire.unpack(lambda size: _read(handle, size, end))

    def _running(self) -> subprocess.Popen[bytes]:
        """The process; one that has ended (idle, crashed) is replaced."""
        process = self._process
        if process is not None and process.poll() is None and not _closed(process):
            return process
        self.close()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rathaus.records.renditions.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={key: os.environ[key] for key in _KEPT if key in os.environ},
            start_new_session=True,
        )
        for pipe in _pipes(self._process):
            os.set_blocking(pipe.fileno(), False)
        return self._process

    def close(self) -> None:
        """End the process and what it has started."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in _pipes(process):
            with contextlib.suppress(OSError):
                pipe.close()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise wire.Broken("started without pipes")
    return process.stdin, process.stdout


def _closed(process: subprocess.Popen[bytes]) -> bool:
    """Whether an idle process has just closed its end."""
    return bool(select.select([_pipes(process)[1]], [], [], 0)[0])


def _write(handle: int, data: bytes, end: float) -> None:
    view = memoryview(data)
    while view:
        left = end - time.monotonic()
        if left <= 0 or not select.select([], [handle], [], left)[1]:
            raise TimeoutError
        view = view[os.write(handle, view[: 1 << 20]) :]


def _read(handle: int, size: int, end: float) -> bytes:
    parts, missing = [], size
    while missing:
        left = end - time.monotonic()
        if left <= 0 or not select.select([handle], [], [], left)[0]:
            raise TimeoutError
        piece = os.read(handle, min(missing, 1 << 20))
        if not piece:
            raise wire.Broken("the reader has ended")
        parts.append(piece)
        missing -= len(piece)
    return b"".join(parts)


_shared: dict[int, Sandbox] = {}


def shared() -> Sandbox:
    """The one of this process: web process, worker or test; never inherited by a fork."""
    return _shared.setdefault(os.getpid(), Sandbox())
