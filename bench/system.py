"""What the machine and the server's processes use."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

import psutil


def family(pid: int) -> list[psutil.Process]:
    """A process with all its descendants."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """User and system seconds of the whole family, ended children included."""
    total = 0.0
    for process in family(pid):
        times = process.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


def pss_megabytes(pid: int) -> float:
    """Proportional set size of the whole family."""
    kilobytes = 0
    for process in family(pid):
        rollup = Path(f"/proc/{process.pid}/smaps_rollup")
        for line in rollup.read_text().splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
    return kilobytes / 1024


def busy_before(seconds: float = 3.0) -> float:
    """Share of the processors in use while we do nothing; above 0.1 nothing is trustworthy."""
    psutil.cpu_percent()
    time.sleep(seconds)
    return psutil.cpu_percent() / 100


def machine() -> dict[str, object]:
    """What figures belong to."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "kernel": platform.release(),
    }
