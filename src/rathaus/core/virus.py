"""Virus scanning through clamd (``INSTREAM``), failing closed.

The address comes from ``RATHAUS_CLAMD`` only, so nothing else can be called. Whoever asks
gets a verdict or `ScannerUnavailable`: silence is never taken for "clean". The test string of
EICAR is recognised without any scanner, so that every installation can be tried out.
"""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.conf import settings

CHUNK = 128 * 1024
LONGEST_ANSWER = 4096
# In two halves, so that no scanner takes this file for a virus.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file of the European Institute for Computer Antivirus Research."""
_FOUND = re.compile(r"^stream: (.{1,200}) FOUND$")


class ScannerUnavailable(Exception):
    """No verdict: not set up although required, down, too slow, or a strange answer."""


class TooLargeToScan(ScannerUnavailable):
    """The content is larger than the scanner takes (``RATHAUS_CLAMD_MAX_MB``)."""


@dataclass(frozen=True)
class Verdict:
    """``clean``, ``infected`` (with the name of what was found) or ``unused``: no scanner."""

    state: Literal["clean", "infected", "unused"]
    name: str = ""


def scan(content: bytes) -> Verdict:
    """What the scanner says about `content`. Raises: ScannerUnavailable, TooLargeToScan."""
    if EICAR in content:
        return Verdict("infected", "Eicar-Test-Signature")
    if not settings.RATHAUS_CLAMD:
        if settings.RATHAUS_CLAMD_REQUIRED:
            raise ScannerUnavailable("RATHAUS_CLAMD is not set")
        return Verdict("unused")
    if len(content) > settings.RATHAUS_CLAMD_MAX_MB * 1024 * 1024:
        raise TooLargeToScan(f"{len(content)} bytes")
    answer = _ask(b"zINSTREAM\0", _frames(content))
    if answer == "stream: OK":
        return Verdict("clean")
    if match := _FOUND.match(answer):
        return Verdict("infected", match[1])
    if "size limit exceeded" in answer:
        raise TooLargeToScan(answer)
    raise ScannerUnavailable(f"clamd said {answer[:120]!r}")


def version(*, timeout: float | None = None) -> str:
    """Name, version and date of the signatures of the scanner; `timeout` in seconds.

    Raises: ScannerUnavailable.
    """
    return _ask(b"zVERSION\0", iter(()), timeout)


def _frames(content: bytes) -> Iterator[bytes]:
    view = memoryview(content)
    for start in range(0, len(content), CHUNK):
        part = view[start : start + CHUNK]
        yield struct.pack("!I", len(part))
        yield bytes(part)
    yield struct.pack("!I", 0)


def _ask(command: bytes, frames: Iterator[bytes], timeout: float | None = None) -> str:
    try:
        with _connect(timeout or float(settings.RATHAUS_CLAMD_TIMEOUT)) as connection:
            connection.sendall(command)
            try:
                for frame in frames:
                    connection.sendall(frame)
            except (BrokenPipeError, ConnectionResetError):
                pass  # clamd says why, e.g. the size limit, and closes
            return _answer(connection)
    except (OSError, ValueError) as error:
        raise ScannerUnavailable(f"{type(error).__name__}: {error}"[:200]) from error


def _answer(connection: socket.socket) -> str:
    found = b""
    while b"\0" not in found:
        part = connection.recv(1024)
        if not part:
            break
        found += part
        if len(found) > LONGEST_ANSWER:
            raise ValueError("endless answer")
    if not found:
        raise ConnectionError("closed without an answer")
    return found.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _connect(timeout: float) -> socket.socket:
    kind, _, place = str(settings.RATHAUS_CLAMD).partition(":")
    if kind == "unix" and place:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        try:
            connection.connect(place)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = place.rpartition(":")
    if kind == "tcp" and host and port.isdigit():
        return socket.create_connection((host.strip("[]"), int(port)), timeout=timeout)
    raise ValueError("RATHAUS_CLAMD must be unix:/path or tcp:host:port")
