"""The program as `make run` starts it, on a free port with a folder of its own."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import prepared

ROOT = Path(__file__).resolve().parents[2]
UP_WITHIN = 120.0


@dataclass(frozen=True)
class Running:
    """A started town."""

    url: str
    data: Path
    environment: dict[str, str]

    def rathaus(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the operator's command on the same town."""
        command = [str(Path(sys.executable).parent / "rathaus"), *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(data: Path, url: str) -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("RATHAUS_")} | {
        "DJANGO_SETTINGS_MODULE": "rathaus.settings",
        "RATHAUS_DATA": str(data),
        "RATHAUS_URL": url,
        "RATHAUS_SIMULATION": "1",
        "RATHAUS_LOG_LEVEL": "WARNING",
    }


def already_running(url: str, data: Path) -> Running:
    """A demo town that somebody started by hand; saves time while writing tests."""
    return Running(url.rstrip("/"), data, _environment(data, url.rstrip("/")))


@contextmanager
def running(data: Path, *, demo: bool = True) -> Iterator[Running]:
    """Start `rathaus run`, wait until it answers, stop it in the end.

    With `demo` on a copy of the demo town, else in an empty folder.
    """
    if demo:
        shutil.copytree(prepared.town(), data)
    port = free_port()
    environment = _environment(data, f"http://localhost:{port}")
    command = [str(Path(sys.executable).parent / "rathaus"), "run", "--port", str(port)]
    log = data.parent / f"server-{port}.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*command, *(["--demo"] if demo else [])],
            cwd=ROOT, env=environment, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            _wait(port, server, log)
            yield Running(f"http://localhost:{port}", data, environment)
        finally:
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(10)


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + UP_WITHIN
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            connection = http.client.HTTPConnection("localhost", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not come up:\n{log.read_text()[-4000:]}")
