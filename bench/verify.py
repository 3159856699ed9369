"""How fast a record is sealed and verified: ``python -m bench.verify [DOCUMENTS]``.

Makes a record of its own in a temporary folder (SQLite, five documents of 20 KB per case),
seals it, verifies it, and prints JSON. Memory is the peak of this process.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

PER_CASE = 5
SIZE = 20_000


def main(documents: int) -> None:
    """Generate, seal, verify, tell."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "RATHAUS_DATA": folder,
            "RATHAUS_SIMULATION": "1",
            "DJANGO_SETTINGS_MODULE": "rathaus.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        figures = {"documents": documents, **_measure(documents)}
        figures["database_mb"] = Path(folder, "rathaus.sqlite3").stat().st_size // 1_000_000
        figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps(figures, indent=2))


def _measure(documents: int) -> dict[str, float]:
    from rathaus.core.actors import Actor
    from rathaus.records.evidence import actions, runs

    begin = time.process_time()
    _generate(documents)
    made = time.process_time()
    actions.seal_all(actor=Actor.system("bench"))
    sealed = time.process_time()
    run = runs.start(requested_by="bench")
    runs.go_on(run.pk)
    verified = time.process_time()
    run.refresh_from_db()
    if run.found:
        raise SystemExit(f"{run.found} findings")
    return {
        "generate_cpu_s": round(made - begin, 1),
        "seal_cpu_s": round(sealed - made, 1),
        "seal_per_s": round(documents / (sealed - made)),
        "verify_cpu_s": round(verified - sealed, 1),
        "verify_per_cpu_s": round(documents / (verified - sealed)),
        "verify_wall_s": round(run.seconds, 1),
    }


def _generate(documents: int) -> None:
    from django.db import connection

    from rathaus.core.actors import Actor
    from rathaus.core.events import together
    from rathaus.organisation.models import Office, Town
    from rathaus.records import actions

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    Town.objects.create(name="Moordorf", postal_code="26639", city="Moordorf")
    office = Office.objects.create(key="buergerbuero", name="Bürgerbüro")
    actions.load_filing_plan()
    actor = Actor.system("bench")
    for number in range(documents // PER_CASE):
        with together():
            case = actions.open_case(
                office=office, filing_code="33.20", title=f"Fall {number}", actor=actor
            )
            for place in range(PER_CASE):
                actions.file_document(
                    case=case,
                    title=f"Schreiben {place}",
                    kind="letter",
                    content=os.urandom(SIZE),
                    name="schreiben.pdf",
                    content_type="application/pdf",
                    direction="out",
                    actor=actor,
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
