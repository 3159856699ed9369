"""One resident: a browser without JavaScript that goes the whole way over HTTP."""

from __future__ import annotations

import gzip
import http.client
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


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

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        self._cookies: dict[str, str] = {}

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def forget(self) -> None:
        """Become somebody else."""
        self._cookies.clear()

    def fetch(self, name: str, path: str) -> int:
        """Fetch anything; returns its bytes on the wire."""
        start = time.perf_counter()
        self._connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        size = len(self._connection.getresponse().read())
        self.timings.append(Timing(f"GET {name}", time.perf_counter() - start, size))
        return size

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
            headers = {
                "Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items()),
                "Accept-Encoding": "gzip",
                "Host": f"{self.host}:{self.port}",
            }
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            start = time.perf_counter()
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            raw = response.read()
            seconds = time.perf_counter() - start
            self.timings.append(Timing(f"{method} {name}", seconds, len(raw)))
            for cookie in response.headers.get_all("Set-Cookie") or []:
                key, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[key.strip()] = value
            if response.status in (301, 302, 303):
                parts = urlsplit(response.headers["Location"])
                path = parts.path + (f"?{parts.query}" if parts.query else "")
                self.path = path
                method, body, name = "GET", None, f"{name} →"
                continue
            if response.status != 200:
                raise JourneyFailed(f"{method} {path}: {response.status}")
            self.path = path
            text = gzip.decompress(raw) if response.headers.get("Content-Encoding") else raw
            return text.decode()
        raise JourneyFailed(f"too many redirects at {path}")
