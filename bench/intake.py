"""How fast documents come in: ``python -m bench.intake``, JSON on standard output.

Four measurements on a fresh SQLite town (durable, as in production):

* text PDFs stored and searchable, per second;
* the same with preview pictures, text and PDF/A (all renditions);
* scanned pages read, per second, with the errors per word of what was read;
* the same scans by the plain tools (``ocrmypdf``, and ``tesseract`` alone) for comparison.

The CPU counted is that of this process and of everything it started.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def main() -> int:
    """Measure in a town of its own and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=300, help="text PDFs")
    parser.add_argument("--scans", type=int, default=12, help="scanned pages")
    parser.add_argument("--plain", action="store_true", help="also measure the plain tools")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rathaus-bench-") as folder:
        _town(Path(folder))
        report: dict[str, Any] = {"machine": _machine(), **_texts(arguments.texts)}
        report["scans"] = _scans(arguments.scans)
        if arguments.plain:
            report["plain"] = _plain(arguments.scans, Path(folder))
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return 0


def _town(folder: Path) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "rathaus.settings",
        "RATHAUS_DATA": str(folder),
        "RATHAUS_LOG_LEVEL": "ERROR",
    }
    import django

    django.setup()
    from django.core.management import call_command

    from rathaus.organisation.models import Office, Town
    from rathaus.records import actions

    call_command("migrate", verbosity=0)
    Town.objects.create(name="Moordorf", postal_code="26639", city="Moordorf")
    Office.objects.create(key="buergerbuero", name="Bürgerbüro")
    actions.load_filing_plan()


def _machine() -> dict[str, Any]:
    from bench import system

    return {"what": system.machine(), "load": os.getloadavg()[0]}


@contextmanager
def _clock(count: int) -> Iterator[dict[str, float]]:
    """Wall and CPU of what happens inside, per item."""
    found: dict[str, float] = {}
    cpu, wall = _cpu(), time.monotonic()
    yield found
    wall, cpu = time.monotonic() - wall, _cpu() - cpu
    found |= {
        "per_second": round(count / wall, 2),
        "cpu_ms_each": round(1000 * cpu / count, 1),
        "count": count,
    }


def _cpu() -> float:
    """CPU seconds of this process, its children that ended, and the one that reads files."""
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    from rathaus.records.renditions import sandbox

    process = sandbox.shared()._process
    if process is not None and process.poll() is None:
        ticks = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:15]
        total += sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
    return total


def _case(number: int) -> Any:
    from rathaus.core.actors import Actor
    from rathaus.organisation.models import Office
    from rathaus.records import actions

    return actions.open_case(
        office=Office.objects.get(key="buergerbuero"),
        filing_code="33.20",
        title=f"Posteingang {number}",
        actor=Actor.system("bench"),
    )


def _file(case: Any, content: bytes, name: str, kind: str) -> None:
    from rathaus.core.actors import Actor
    from rathaus.records import actions

    actions.file_document(
        case=case, title=name, kind="upload", content=content, name=name, content_type=kind,
        direction="in", actor=Actor.system("bench"),
    )  # fmt: skip


def _texts(count: int) -> dict[str, Any]:
    """Different PDFs of one page in cases of ten: filed, indexed, then all renditions."""
    from bench import scans
    from rathaus.core.jobs import run_pending
    from rathaus.core.models import Job
    from rathaus.search.models import Entry

    letters = [scans.letter(1000 + number).pdf for number in range(count)]
    cases = [_case(number) for number in range(-(-count // 10))]
    run_pending(10_000)
    with _clock(count) as searchable:
        for number, pdf in enumerate(letters):
            _file(cases[number // 10], pdf, f"brief-{number}.pdf", "application/pdf")
        while Job.objects.filter(name="records.index", state="ready").exists():
            _only("records.index")
    indexed = Entry.objects.filter(kind="document").count()
    with _clock(count) as renditions:
        run_pending(10_000)
    whole = 1 / (1 / searchable["per_second"] + 1 / renditions["per_second"])
    return {
        "text_pdfs_searchable": {**searchable, "found": indexed},
        "with_previews_and_pdfa": {
            "per_second": round(whole, 2),
            "cpu_ms_each": round(searchable["cpu_ms_each"] + renditions["cpu_ms_each"], 1),
            "done": _done(),
        },
    }


def _only(name: str) -> None:
    """Run the jobs of one name, as a worker would when nothing else waits."""
    from rathaus.core import jobs
    from rathaus.core.models import Job

    for row in Job.objects.filter(name=name, state="ready").order_by("run_at")[:100]:
        Job.objects.filter(pk=row.pk).update(state="running", lease_token="bench")
        row.lease_token = "bench"
        jobs.run([row])


def _done() -> int:
    from rathaus.records.renditions.models import RenditionWork

    return RenditionWork.objects.filter(state="done").count()


def _set(count: int) -> list[tuple[bytes, list[str]]]:
    from bench import scans

    found = []
    for number in range(count):
        letter = scans.letter(number)
        found.append((scans.jpeg(scans.scan(letter.pdf, seed=number)), letter.words))
    return found


def _scans(count: int) -> dict[str, Any]:
    """Scanned pages from filing until their words are found."""
    from bench import scans
    from rathaus.core.jobs import run_pending
    from rathaus.records.models import Rendition

    letters = _set(count)
    case = _case(1_000_000)
    run_pending(10_000)
    with _clock(count) as clock:
        for number, (jpeg, _words) in enumerate(letters):
            _file(case, jpeg, f"scan-{number}.jpg", "image/jpeg")
        run_pending(10_000)
    rows = Rendition.objects.filter(kind="text", version__document__case=case)
    texts = {row.version.name: row.blob.read().decode() for row in rows}
    errors = sum(
        scans.word_errors(words, scans.words_of(texts.get(f"scan-{number}.jpg", "")))
        for number, (_jpeg, words) in enumerate(letters)
    )
    total = sum(len(words) for _jpeg, words in letters)
    return {**clock, "word_errors_percent": round(100 * errors / total, 2), "words": total}


def _plain(count: int, folder: Path) -> dict[str, Any]:
    """OCRmyPDF as one would use it, and Tesseract alone, on the same pages."""
    import img2pdf

    letters = _set(count)
    found: dict[str, Any] = {}
    for tool in ("ocrmypdf", "tesseract"):
        texts = []
        with _clock(count) as clock:
            for number, (jpeg, _words) in enumerate(letters):
                source = folder / f"{number}.pdf"
                source.write_bytes(img2pdf.convert([jpeg], nodate=True))
                texts.append(_run(tool, source, jpeg, folder))
        from bench import scans

        errors = sum(
            scans.word_errors(words, scans.words_of(text))
            for text, (_jpeg, words) in zip(texts, letters, strict=True)
        )
        total = sum(len(words) for _jpeg, words in letters)
        found[tool] = {**clock, "word_errors_percent": round(100 * errors / total, 2)}
    return found


def _run(tool: str, source: Path, jpeg: bytes, folder: Path) -> str:
    if tool == "tesseract":
        picture = folder / "page.jpg"
        picture.write_bytes(jpeg)
        command = ["tesseract", str(picture), "stdout", "-l", "deu"]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode()
    text, made = folder / "text.txt", folder / "made.pdf"
    output = "pdfa" if shutil.which("gs") else "pdf"
    command = [
        str(Path(sys.executable).parent / "ocrmypdf"), "-l", "deu", "--output-type", output,
        "--sidecar", str(text), str(source), str(made),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, check=True)
    return re.sub(r"\f", "\n", text.read_text())


if __name__ == "__main__":
    sys.exit(main())
