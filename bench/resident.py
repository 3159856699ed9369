"""One resident: a browser without JavaScript that goes the whole way over HTTP.

It speaks HTTP/1.1 on a plain socket and reads only what it needs: it runs on the same
processors as the server, and what it uses is taken from what is measured.
"""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from isal import isal_zlib

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
COOKIE = re.compile(rb"\r\nset-cookie: *([^=]+)=([^;\r]*)", re.IGNORECASE)
LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
GZIP = 31
"""Window bits that make zlib expect a gzip header."""


class JourneyFailed(RuntimeError):
    """The way ended where it should not; the text says where."""


@dataclass
class Timing:
    """One request: what it was for, seconds, bytes on the wire."""

    name: str
    seconds: float
    size: int


@dataclass
class Resident:
    """Keeps a connection and cookies like a browser does."""

    host: str
    port: int
    timings: list[Timing] = field(default_factory=list)
    path: str = ""

    def __post_init__(self) -> None:
        self._socket: socket.socket | None = None
        self._cookies: dict[str, str] = {}

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def forget(self) -> None:
        """Become somebody else."""
        self._cookies.clear()

    def fetch(self, name: str, path: str) -> int:
        """Fetch anything; returns its bytes on the wire."""
        _head, body = self._exchange(f"GET {name}", "GET", path, None)
        return len(body)

    def get(self, name: str, path: str) -> str:
        """Fetch a page, following redirects."""
        return self._request(name, "GET", path, None)

    def post(self, name: str, path: str, page: str, fields: list[tuple[str, str]]) -> str:
        """Send the form of `page` (its hidden fields and `fields`), following redirects."""
        hidden = []
        for tag in HIDDEN.findall(page):
            found = dict(ATTRIBUTE.findall(tag))
            hidden.append((found.get("name", ""), found.get("value", "")))
        given = {key for key, _ in fields}
        body = urlencode([(k, v) for k, v in hidden if k not in given] + fields)
        return self._request(name, "POST", path, body)

    def _request(self, name: str, method: str, path: str, body: str | None) -> str:
        for _ in range(5):
            head, raw = self._exchange(f"{method} {name}", method, path, body)
            for key, value in COOKIE.findall(head):
                self._cookies[key.decode()] = value.decode()
            status = int(head[9:12])
            if status in (301, 302, 303):
                found = LOCATION.search(head)
                parts = urlsplit(found.group(1).decode() if found else "")
                path = parts.path + (f"?{parts.query}" if parts.query else "")
                self.path = path
                method, body, name = "GET", None, f"{name} →"
                continue
            if status != 200:
                raise JourneyFailed(f"{method} {path}: {status}")
            self.path = path
            is_packed = raw[:2] == b"\x1f\x8b"
            return (isal_zlib.decompress(raw, GZIP) if is_packed else raw).decode()
        raise JourneyFailed(f"too many redirects at {path}")

    def _exchange(self, name: str, method: str, path: str, body: str | None) -> tuple[bytes, bytes]:
        """One request; head and body of the answer."""
        cookies = "; ".join(f"{k}={v}" for k, v in self._cookies.items())
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            "Accept-Encoding: gzip",
            *([f"Cookie: {cookies}"] if cookies else []),
        ]
        content = (body or "").encode()
        if body is not None:
            lines.append("Content-Type: application/x-www-form-urlencoded")
            lines.append(f"Content-Length: {len(content)}")
        sent = "\r\n".join(lines).encode() + b"\r\n\r\n" + content
        start = time.perf_counter()
        if self._socket is None:
            self._socket = socket.create_connection((self.host, self.port), timeout=60)
        self._socket.sendall(sent)
        head, raw = self._answer(self._socket)
        self.timings.append(Timing(name, time.perf_counter() - start, len(raw)))
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return head, raw

    def _answer(self, connection: socket.socket) -> tuple[bytes, bytes]:
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more(connection)
        head, body = data[:end], [data[end + 4 :]]
        found = LENGTH.search(head)
        if found is None:
            raise JourneyFailed(f"an answer without its length: {head[:200]!r}")
        missing = int(found.group(1)) - len(body[0])
        while missing > 0:
            body.append(self._more(connection))
            missing -= len(body[-1])
        return head, b"".join(body)

    def _more(self, connection: socket.socket) -> bytes:
        some = connection.recv(65536)
        if not some:
            self.close()
            raise JourneyFailed("the server closed the connection")
        return some
