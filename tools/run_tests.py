"""``make test``: every check and every test, on both databases and in the browser.

Runs the parts one after another, each using both cores, shows what fails at once and ends
with one line of numbers. Exit code 0 only if everything passed and nothing was left out.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SOURCES = ["src", "tests", "bench", "tools"]


@dataclass
class Part:
    """One command of the run."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    tests: bool = False


def tool(name: str) -> str:
    """Path of a program of the environment."""
    return str(BIN / name)


CHECKS = [
    Part("prepared", [sys.executable, "-m", "tests.support.prepared"]),
    Part("types", [tool("mypy"), "src"]),
    Part("ruff", [tool("ruff"), "check", "-q", *SOURCES]),
    Part("format", [tool("ruff"), "format", "-q", "--check", *SOURCES]),
    Part("djlint", [tool("djlint"), "--lint", "--quiet", "src"]),
    Part("contracts", [tool("lint-imports")]),
    Part(
        "migrations",
        [sys.executable, *["-m", "django", "makemigrations", "--check", "--dry-run", "-v", "0"]],
        {"DJANGO_SETTINGS_MODULE": "tests.settings"},
    ),
]
PYTEST = [
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-n",
    "2",
    "--dist",
    "loadfile",
    "--no-loadscope-reorder",  # the order of tests/conftest.py: what takes longest begins
    "-p",
    "no:cacheprovider",
]
TESTS = [
    Part(
        "sqlite",
        [*PYTEST, "-m", "not e2e and not against_sqlite"],
        {"RATHAUS_TEST_DATABASE": "sqlite"},
        tests=True,
    ),
    Part(
        "postgresql",
        [sys.executable, "tools/with_postgres.py", *PYTEST, "-m", "not e2e and not one_database"],
        {"RATHAUS_TEST_DATABASE": "postgresql"},
        tests=True,
    ),
    Part("browser", [*PYTEST, "-m", "e2e"], {"RATHAUS_TEST_DATABASE": "sqlite"}, tests=True),
]


def environment(part: Part) -> dict[str, str]:
    """This process's own and the part's; compiled modules are kept in any case.

    Hundreds of processes are started. Where Python may not write compiled modules beside the
    sources, each would compile two thousand of them again, so they go to ``var`` there.
    """
    found = {**os.environ, **part.environment}
    if found.pop("PYTHONDONTWRITEBYTECODE", ""):
        found.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / "var" / "bytecode"))
    return found


def execute(part: Part) -> tuple[Part, int, str, float]:
    """Run one part; returns its exit code, output and seconds."""
    start = time.monotonic()
    done = subprocess.run(
        part.command,
        check=False,
        cwd=ROOT,
        env=environment(part),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return part, done.returncode, done.stdout, time.monotonic() - start


def count(output: str) -> tuple[int, int, int]:
    """Passed, failed and skipped of pytest's last line."""
    numbers = {"passed": 0, "failed": 0, "skipped": 0, "error": 0}
    for line in output.splitlines()[-5:]:
        for number, word in re.findall(r"(\d+) (passed|failed|skipped|error)", line):
            numbers[word] = int(number)
    return numbers["passed"], numbers["failed"] + numbers["error"], numbers["skipped"]


def report(part: Part, code: int, output: str, seconds: float) -> None:
    """One line, and the output where it failed or counted tests."""
    if part.tests or code:
        print(output.rstrip())
    print(f"== {part.name}: {'ok' if code == 0 else 'FAILED'} ({seconds:.0f} s)", flush=True)


def main(names: list[str]) -> int:
    """Run the named parts, or all."""
    passed = failed = skipped = 0
    wanted = [part for part in CHECKS + TESTS if not names or part.name in names]
    with ThreadPoolExecutor(2) as pool:
        for result in pool.map(execute, [part for part in wanted if not part.tests]):
            report(*result)
            passed += result[1] == 0
            failed += result[1] != 0
    for part in (part for part in wanted if part.tests):
        result = execute(part)
        report(*result)
        good, bad, left_out = count(result[2])
        passed, failed, skipped = passed + good, failed + bad, skipped + left_out
        failed += result[1] != 0 and not bad
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
