"""What processes tell the worker, by datagrams to a local socket: there is work, or: wait.

A lost datagram costs nothing but time: the worker also looks by itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
import time

from django.conf import settings

WORK = b"w"
"""There is a job."""
PROMPT = b"p"
"""There is a job that somebody waits for."""
BEHIND = b"b"
"""Requests wait until a process for pages has time for them."""


def _address() -> str:
    name = hashlib.sha256(str(settings.DATA_DIR).encode()).hexdigest()[:24]
    return f"\0rathaus-{name}"  # Linux: abstract name, vanishes with the process


def send(news: bytes = WORK) -> None:
    """Tell the worker `WORK`, `PROMPT` or `BEHIND`. Never fails."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(news, _address())
    except OSError:
        pass


class Listener:
    """The worker's end. Only one worker per town listens; others look by themselves."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._socket.bind(_address())
        except OSError:
            self._socket.close()
            self._socket = None

    def wait(self, seconds: float) -> set[bytes]:
        """Return after `seconds`, or as soon as there is news; and what it is."""
        if self._socket is None:
            time.sleep(min(seconds, 0.25))
            return {WORK, PROMPT}
        news: set[bytes] = set()
        self._socket.settimeout(seconds)
        with contextlib.suppress(OSError):
            news.add(self._socket.recv(16))
            self._socket.setblocking(False)
            while True:
                news.add(self._socket.recv(16))
        return news

    def close(self) -> None:
        """Stop listening."""
        if self._socket:
            self._socket.close()
