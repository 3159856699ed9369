"""Waking the worker at once after a commit, by a datagram to a local socket.

A lost datagram costs nothing but time: the worker also looks by itself.
"""

from __future__ import annotations

import hashlib
import socket
import time

from django.conf import settings


def _address() -> str:
    name = hashlib.sha256(str(settings.DATA_DIR).encode()).hexdigest()[:24]
    return f"\0rathaus-{name}"  # Linux: abstract name, vanishes with the process


def send() -> None:
    """Tell the worker that there is work. Never fails."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(b"1", _address())
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

    def wait(self, seconds: float) -> None:
        """Return after `seconds`, or as soon as there is work."""
        if self._socket is None:
            time.sleep(min(seconds, 0.25))
            return
        self._socket.settimeout(seconds)
        try:
            self._socket.recv(16)
            self._socket.setblocking(False)
            while True:
                self._socket.recv(16)
        except OSError:
            pass

    def close(self) -> None:
        """Stop listening."""
        if self._socket:
            self._socket.close()
