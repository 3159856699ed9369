"""How fast legacy files come in, and in how much memory.

    .venv/bin/python -m bench.legacy --documents 20000

Generates a folder tree of small text files, reads it (dry run) and files it, in a town of its own
in a temporary folder. CPU seconds say more than the clock where others use the machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PER_DOSSIER = 20
WORDS = ("Antrag", "Bescheid", "Hund", "Steuer", "Wiesmoor", "Frist", "Betrag", "Kanal", "Moor")


def main() -> int:
    """Prepare a town, measure both stages, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--database", default="", help="DATABASE_URL; empty: SQLite in the folder")
    arguments = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="rathaus-legacy-"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "rathaus.settings"
    os.environ["RATHAUS_DATA"] = str(scratch / "data")
    if arguments.database:
        os.environ["DATABASE_URL"] = arguments.database
    try:
        return _measure(scratch, arguments.documents)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _measure(scratch: Path, count: int) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    from rathaus.core.actors import Actor
    from rathaus.organisation import queries as organisation
    from rathaus.organisation.models import Office, Town
    from rathaus.records import actions as records
    from rathaus.records.legacy import actions, advance
    from rathaus.records.models import Document

    call_command("migrate", verbosity=0)
    Town.objects.create(name="Moordorf", postal_code="26639", city="Moordorf")
    office = Office.objects.create(key="steueramt", name="Steueramt")
    organisation.forget()
    records.load_filing_plan()
    size = _tree(scratch / "alt", count)
    actor = Actor.staff("bench", "Benchmark")
    run = actions.make_run(office=office, base=str(scratch / "alt"), name="bench", actor=actor)

    def stage() -> None:
        while not advance.one_slice(run):
            run.refresh_from_db()
            print(f"  {run.total} read, {run.done} filed", file=sys.stderr)

    actions.move(run=run, step="read", actor=actor, work=False)
    before = _memory()
    _timed("dry run", count, stage)
    actions.move(run=run, step="start", actor=actor, work=False)
    _timed("filing", count, stage)
    run.refresh_from_db()
    print(f"{count} files, {size / 1024 / 1024:.0f} MB, state {run.state}, done {run.done}")
    print(f"documents in the record: {Document.objects.count()}")
    print(f"memory (peak RSS): {_memory():.0f} MB, of it {before:.0f} MB before the import")
    return 0 if run.done == count else 1


def _tree(base: Path, count: int) -> int:
    size = 0
    for number in range(count):
        folder = base / "22.30 Hundesteuer" / f"Akte {number // PER_DOSSIER:05d} (1998-2004)"
        if number % PER_DOSSIER == 0:
            folder.mkdir(parents=True)
        words = " ".join(WORDS[(number * 7 + i) % len(WORDS)] for i in range(200))
        text = f"Schreiben {number}\n{words}\n"
        (folder / f"2003-05-{number % 28 + 1:02d}_Schreiben {number}.txt").write_text(text)
        size += len(text.encode())
    return size


def _timed(name: str, count: int, do: Callable[[], None]) -> None:
    wall, cpu = time.monotonic(), time.process_time()
    do()
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    minutes = 100_000 * cpu / count / 60
    print(
        f"{name}: {count / wall:.0f} documents/s by the clock ({wall:.0f} s), "
        f"{1000 * cpu / count:.1f} ms CPU per document; 100,000 need {minutes:.0f} CPU minutes"
    )


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
