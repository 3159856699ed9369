"""How fast the machine was while it was driven, second by second.

Virtual machines share processors and caches with others: the same loop of plain Python takes up to
two and a half times as long from one second to the next. A figure without that is worth little.

As a program (``python -m bench.pace PID``): a process of its own that runs a small fixed loop ten
times a second (one hundredth of a processor), asks each second what the family of PID has used,
and writes all seconds as JSON when its standard input ends.
"""

from __future__ import annotations

import json
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench import system

LOOP = 5000
QUIET = 1.25
"""A second counts as quiet in which the loop took at most so many times its best."""


@dataclass(frozen=True)
class Second:
    """`at`: end, monotonic; `loop_ms`: CPU of the small loop, median; `cpu`: seconds used in it."""

    at: float
    loop_ms: float
    cpu: float


@contextmanager
def watched(pid: int) -> Iterator[list[Second]]:
    """The seconds of the block, to be read after it."""
    seconds: list[Second] = []
    watcher = subprocess.Popen(
        [sys.executable, "-m", "bench.pace", str(pid)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield seconds
    finally:
        said, _nothing = watcher.communicate()
        seconds.extend(Second(*second) for second in json.loads(said))


def describe(
    seconds: list[Second], ends: list[float], journeys: int, best: float
) -> dict[str, Any]:
    """What of the figures is the machine's.

    `ends`: moments at which journeys were done; `best`: milliseconds of the loop in quiet. Of the
    CPU only an estimate is given: what each second used, divided by how much slower it was.
    """
    if not seconds:
        return {}
    begin = seconds[0].at - 1
    driven = [s for s in seconds if s.at <= max(ends, default=begin)]
    quiet = [s for s in driven if s.loop_ms <= QUIET * best]
    done = sum(any(s.at - 1 < end <= s.at for s in quiet) for end in ends)
    steady = sum(s.cpu * min(1.0, best / s.loop_ms) for s in seconds)
    paces = sorted(s.loop_ms for s in seconds)
    return {
        "loop_ms": {"best": best, "median": statistics.median(paces), "worst": paces[-1]},
        "quiet_seconds": len(quiet),
        "journeys_per_second_when_quiet": round(done / len(quiet), 1) if quiet else None,
        "cpu_ms_per_journey_at_best_pace": round(1000 * steady / max(1, journeys), 1),
    }


def best(seconds: list[Second]) -> float:
    """The loop in quiet: the fastest twentieth, because one second alone may be luck."""
    paces = sorted(s.loop_ms for s in seconds)
    return paces[len(paces) // 20] if paces else 0.0


def _loop_ms() -> float:
    begin = time.thread_time()
    counts: dict[int, int] = {}
    for number in range(LOOP):
        counts[number % 97] = counts.get(number % 89, 0) + len(str(number))
    return 1000 * (time.thread_time() - begin)


def _has_ended(wait: float) -> bool:
    return bool(select.select([sys.stdin], [], [], wait)[0])


def main(pid: int) -> None:
    """Watch until the standard input ends."""
    seconds: list[tuple[float, float, float]] = []
    used, ended = system.cpu_seconds(pid), False
    while not ended:
        end, loops = time.monotonic() + 1, []
        while not ended and time.monotonic() < end:
            loops.append(_loop_ms())
            ended = _has_ended(0.1)
        now_used = system.cpu_seconds(pid)
        pace = round(statistics.median(loops), 3)
        seconds.append((time.monotonic(), pace, now_used - used))
        used = now_used
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(int(sys.argv[1]))
