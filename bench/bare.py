"""The yardstick: how often a bare Django view inserts one row and commits, on this machine, now.

The aims of ``docs/performance.md`` came with the figure of such a view: 575 times a second on
SQLite (WAL, synchronous FULL), 688 times on PostgreSQL; with how many processes was not said.
Nothing of ours is in it, so what it does just before and after a run tells apart runs on different
machines.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AIM = {"sqlite": 575, "postgresql": 688}
"""Requests per second that came with the aims."""
PARALLEL = 10


def rate(database: str, port: int, seconds: float = 5.0) -> float:
    """Requests per second under gunicorn with two processes, asked by ten connections.

    `database` is "sqlite", or "postgresql" at ``RATHAUS_TEST_DATABASE_URL``, where its table is
    gone afterwards. Raises: RuntimeError if it does not come up or answers something else.
    """
    with tempfile.TemporaryDirectory(prefix="rathaus-bare-") as folder:
        url = f"sqlite://{folder}/bare.sqlite3"
        if database == "postgresql":
            url = os.environ["RATHAUS_TEST_DATABASE_URL"]
        environment = {**os.environ, "DATABASE_URL": url}
        _table(environment, "create")
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--workers", "2", "--threads", "8",
             "--log-level", "error", "--keep-alive", "60", "--bind", f"127.0.0.1:{port}",
             "bench.bare_view:application"],
            cwd=ROOT, env=environment,
        )  # fmt: skip
        try:
            _wait_until_up(port)
            _ask(port, 1.0)
            return round(_ask(port, seconds), 1)
        finally:
            server.terminate()
            server.wait(30)
            _table(environment, "drop")


def _table(environment: dict[str, str], what: str) -> None:
    command = [sys.executable, "-m", "bench.bare_view", what]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def _wait_until_up(port: int) -> None:
    for _ in range(150):
        try:
            _once(http.client.HTTPConnection("127.0.0.1", port, timeout=5))
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the bare view did not come up")


def _once(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/")
    answer = connection.getresponse()
    if answer.read() != b"ok":
        raise RuntimeError(f"the bare view answered {answer.status}")


def _ask(port: int, seconds: float) -> float:
    """Answers per second."""
    counts: list[int] = []
    begin = time.monotonic()

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        count = 0
        while time.monotonic() < begin + seconds:
            _once(connection)
            count += 1
        connection.close()
        counts.append(count)

    threads = [threading.Thread(target=ask) for _ in range(PARALLEL)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(counts) < PARALLEL:
        raise RuntimeError("the bare view broke off")
    return sum(counts) / (time.monotonic() - begin)
