"""``make bench``: journeys per second, latencies, CPU, memory and weight, as JSON.

Usage: python -m bench [--databases sqlite,postgresql] [--seconds 30] [--parallel 10] [--rate 25]
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime

from bench import run, system


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--parallel", type=int, default=10)
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--port", type=int, default=8931)
    arguments = parser.parse_args()
    busy = system.busy_before()
    report: dict[str, object] = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": system.machine(),
        "busy_before": round(busy, 3),
        "quiet": busy < 0.1,
    }
    if busy >= 0.1:
        print(f"The machine is not quiet ({busy:.0%} in use): do not trust this.", file=sys.stderr)
    for database in arguments.databases.split(","):
        report[database] = run.measure(
            database,
            seconds=arguments.seconds,
            parallel=arguments.parallel,
            rate=arguments.rate,
            port=arguments.port,
        )
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
