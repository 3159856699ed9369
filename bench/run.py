"""One measurement on one database."""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from bench import bare, journey, pace, system
from bench.resident import Resident, Timing

ROOT = Path(__file__).resolve().parent.parent


def measure(
    database: str, *, seconds: float, parallel: int, rate: float, port: int
) -> dict[str, Any]:
    """Start the server as in production, drive it, describe what was seen.

    First one resident, then `parallel` ones without a pause (the peak), then `rate` journeys that
    begin each second, which jobs have to keep up with (sustained). Before and after, the yardstick.
    """
    if database == "postgresql" and "RATHAUS_TEST_DATABASE_URL" not in os.environ:
        return _inside_postgres(seconds, parallel, rate, port)
    before = bare.rate(database, port)
    seen = _measure(database, seconds, parallel, rate, port)
    after = bare.rate(database, port)
    return {
        "bare_view_per_second": {"before": before, "after": after, "aim_had": bare.AIM[database]},
        **seen,
    }


def _measure(
    database: str, seconds: float, parallel: int, rate: float, port: int
) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory(prefix="rathaus-bench-") as folder,
        _server(database, Path(folder), port) as (pid, environment),
    ):
        definition, answers = journey.load_case()
        _drive(port, 1, 2.0, definition, answers)
        alone = _drive(port, 1, max(5.0, seconds / 3), definition, answers)
        peak, crowd, peak_seconds = _until_done(
            pid, environment, lambda: _drive(port, parallel, seconds, definition, answers)
        )
        sustained, stream, stream_seconds = _until_done(
            pid,
            environment,
            lambda: _drive(port, 4 * parallel, seconds, definition, answers, rate=rate),
        )
        best = pace.best(peak_seconds + stream_seconds)
        resident = Resident("127.0.0.1", port)
        pages = {
            name: journey.weigh(resident, path)
            for name, path in {
                "start": "/",
                "service": f"/leistungen/{journey.SERVICE}/",
                "a-z": "/leistungen/",
                "offices": "/rathaus/",
            }.items()
        }
        return {
            "one_resident": alone["requests"],
            "peak": {
                **peak,
                **pace.describe(peak_seconds, crowd["ends"], crowd["journeys"], best),
                f"{parallel}_residents": crowd["requests"],
            },
            "worst_tail": crowd["worst"],
            "sustained": {
                "offered_per_second": rate,
                **sustained,
                **pace.describe(stream_seconds, stream["ends"], stream["journeys"], best),
                "begun_late_p95_ms": stream["begun_late_p95_ms"],
                "requests": stream["requests"]["all"],
            },
            "pss_megabytes": round(system.pss_megabytes(pid), 1),
            "page_bytes": pages,
        }


def _until_done(
    pid: int, environment: dict[str, str], drive: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any], list[pace.Second]]:
    """Drive, then wait until every job is done.

    Returns rates, CPU and receipts; what `drive` says; and the machine's pace in each second.
    """
    watcher = _watcher(environment)
    with pace.watched(pid) as seconds:
        cpu = system.cpu_seconds(pid)
        begun, start = datetime.now(UTC), time.monotonic()
        driven = drive()
        driving = time.monotonic() - start
        drained = _told(watcher, begun)
        wall = time.monotonic() - start
    cpu = system.cpu_seconds(pid) - cpu
    journeys = driven["journeys"]
    return (
        {
            "journeys": journeys,
            "failed": driven["failed"],
            "journeys_per_second": round(journeys / driving, 1),
            "journeys_per_second_drained": round(journeys / wall, 1),
            "drain_seconds": round(wall - driving, 1),
            "cpu_ms_per_journey": round(1000 * cpu / max(1, journeys), 1),
            "receipt_ms": drained["receipt_ms"],
        },
        driven,
        seconds,
    )


def _inside_postgres(seconds: float, parallel: int, rate: float, port: int) -> dict[str, Any]:
    command = [
        sys.executable, "tools/with_postgres.py", sys.executable, "-m", "bench",
        "--databases", "postgresql", "--seconds", str(seconds), "--parallel", str(parallel),
        "--rate", str(rate), "--port", str(port),
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE,
        env={**os.environ, "RATHAUS_PG_DURABLE": "1"},
    )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout)["postgresql"]
    return result


@contextmanager
def _server(database: str, folder: Path, port: int) -> Iterator[tuple[int, dict[str, str]]]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "rathaus.settings",
        "RATHAUS_DATA": str(folder),
        "RATHAUS_URL": f"http://127.0.0.1:{port}",
        "RATHAUS_SIMULATION": "1",
        "RATHAUS_RATE_LIMITS": "0",
        "RATHAUS_LOG_LEVEL": "ERROR",
    }
    if database == "postgresql":
        environment["DATABASE_URL"] = os.environ["RATHAUS_TEST_DATABASE_URL"]
    rathaus = str(Path(sys.executable).parent / "rathaus")
    subprocess.run([sys.executable, "-m", "bench.prepare"], cwd=ROOT, env=environment, check=True)
    log = (folder / "server.log").open("wb")
    server = subprocess.Popen(
        [rathaus, "run", "--port", str(port)], cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    try:
        _wait_until_up(port)
        yield server.pid, environment
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def _wait_until_up(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError("the server did not come up")


def _drive(
    port: int,
    parallel: int,
    seconds: float,
    definition: Any,
    answers: Any,
    *,
    rate: float | None = None,
) -> dict[str, Any]:
    """`parallel` residents, one journey after the other; with `rate` so many begin each second.

    How late they begin tells whether `parallel` residents were enough for that rate.
    """
    start = time.monotonic()
    end = start + seconds
    timings: list[Timing] = []
    late: list[float] = [0.0]
    ends: list[float] = []
    failures: list[str] = []
    lock = threading.Lock()
    numbers = count()

    def may_begin() -> bool:
        if rate is None:
            return time.monotonic() < end
        with lock:
            due = start + next(numbers) / rate
        if due >= end:
            return False
        time.sleep(max(0.0, due - time.monotonic()))
        late.append(time.monotonic() - due)
        return True

    def live() -> None:
        resident = Resident("127.0.0.1", port)
        while may_begin():
            try:
                journey.walk(resident, definition, answers)
                ends.append(time.monotonic())
            except Exception as error:
                with lock:
                    failures.append(repr(error))
                resident.close()
                if len(failures) > 20:
                    break
        resident.close()
        with lock:
            timings.extend(resident.timings)

    threads = [threading.Thread(target=live) for _ in range(parallel)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "journeys": len(ends),
        "ends": ends,
        "failed": len(failures),
        "first_failure": failures[:1],
        "requests": _summary(timings),
        "worst": _worst(timings),
        "begun_late_p95_ms": round(1000 * _p95(late), 1),
    }


def _summary(timings: list[Timing]) -> dict[str, dict[str, float]]:
    grouped: defaultdict[str, list[float]] = defaultdict(list)
    for timing in timings:
        grouped[timing.name].append(1000 * timing.seconds)
    grouped["all"] = [1000 * timing.seconds for timing in timings]
    return {
        name: {"p50_ms": round(statistics.median(values), 1), "p95_ms": round(_p95(values), 1)}
        for name, values in grouped.items()
        if values
    }


def _worst(timings: list[Timing]) -> list[dict[str, Any]]:
    worst = sorted(timings, key=lambda timing: -timing.seconds)[:3]
    return [{"request": t.name, "ms": round(1000 * t.seconds, 1)} for t in worst]


def _p95(values: list[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def _watcher(environment: dict[str, str]) -> subprocess.Popen[str]:
    """Waits until every job is done, from the moment it gets a line; see `bench.drain`."""
    watcher = subprocess.Popen(
        [sys.executable, "-m", "bench.drain"],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert watcher.stdout is not None
    if watcher.stdout.readline() != "ready\n":
        raise RuntimeError("bench.drain did not begin")
    return watcher


def _told(watcher: subprocess.Popen[str], since: datetime) -> dict[str, Any]:
    said, _nothing = watcher.communicate(f"{since.isoformat()}\n")
    if watcher.returncode:
        raise RuntimeError("bench.drain failed")
    result: dict[str, Any] = json.loads(said)
    return result
