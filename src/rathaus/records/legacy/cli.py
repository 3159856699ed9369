"""``rathaus records import``: legacy files from the command line, with progress."""

from __future__ import annotations

import json as jsonlib
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rathaus.core.actors import Actor
from rathaus.core.storage import StorageFull
from rathaus.core.virus import ScannerUnavailable
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office
from rathaus.records.legacy import actions, advance, problems, queries, report
from rathaus.records.legacy.errors import Busy, LegacyError, MappingInvalid, SourceUnusable
from rathaus.records.legacy.mapping import levels_of
from rathaus.records.legacy.models import ImportRun, Source
from rathaus.records.legacy.states import RunState

SECONDS = 2.0
"""Length of a slice: how often the bar moves and how soon a pause counts."""


@dataclass(frozen=True)
class Wanted:
    """What the command line said."""

    source: Path | None = None
    resume: str = ""
    dry_run: bool = False
    office: str = ""
    levels: str = ""
    plan: str = ""
    dossier: str = ""
    closing: str = "name"
    by: str = ""
    report: Path | None = None
    json: bool = False


def import_command(wanted: Wanted) -> int:
    """Read, show, file. Returns 0 for done, 1 where something could not be taken, 2 wrong use."""
    if wanted.report is not None and not wanted.report.parent.is_dir():
        print(f"Den Ordner für den Bericht gibt es nicht: {wanted.report.parent}", file=sys.stderr)
        return 2
    try:
        run = _known(wanted.resume) if wanted.resume else _new(wanted)
        finished = _through(run, dry_run=wanted.dry_run)
    except (MappingInvalid, SourceUnusable, Busy, LegacyError, ValueError) as error:
        print(str(error), file=sys.stderr)
        return 2
    except ScannerUnavailable as error:
        print(f"Der Virenscanner antwortet nicht: {error}", file=sys.stderr)
        print(f"Danach weiter mit: rathaus records import --resume {run.reference}")
        return 1
    except StorageFull:
        print("Auf dem Server ist kein Speicherplatz mehr frei.", file=sys.stderr)
        print(f"Danach weiter mit: rathaus records import --resume {run.reference}")
        return 1
    if wanted.report is not None:
        with wanted.report.open("wb") as out:
            out.writelines(report.rows(run))
    _show(run, json=wanted.json)
    bad = run.problems + run.failed or run.state in {RunState.BROKEN, RunState.CANCELLED}
    return 1 if bad or not finished else 0


def _known(reference: str) -> ImportRun:
    rows = ImportRun.objects.select_related("office", "chain")
    run = rows.filter(reference__iexact=reference.strip()).first()
    if run is None:
        raise SourceUnusable(f"Es gibt keine Übernahme „{reference}“.")
    if run.state == RunState.PAUSED:
        actions.move(run=run, step="resume", actor=run.actor, work=False)
    return run


def _new(wanted: Wanted) -> ImportRun:
    if wanted.source is None:
        raise SourceUnusable("Nennen Sie einen Ordner oder eine CSV-Datei, oder --resume.")
    try:
        office = organisation.office(wanted.office)
    except Office.DoesNotExist:
        keys = ", ".join(one.key for one in organisation.offices())
        raise SourceUnusable(f"Nennen Sie mit --office eines von: {keys}") from None
    is_table = wanted.source.is_file()
    actor = Actor.staff("", (wanted.by or "Kommandozeile")[:120], office.label)
    run = actions.make_run(
        office=office,
        base=str(wanted.source.parent if is_table else wanted.source),
        name=wanted.source.name or str(wanted.source),
        actor=actor,
        table_content=wanted.source.read_bytes() if is_table else None,
    )
    data = {
        **run.mapping.model_dump(mode="json"),
        "plan_code": wanted.plan,
        "dossier": wanted.dossier,
        "closing": wanted.closing,
    }
    if wanted.levels and run.source == Source.FOLDER:
        data["levels"] = levels_of(wanted.levels)
    actions.set_mapping(run=run, data=data, actor=actor)
    return run


def _through(run: ImportRun, *, dry_run: bool) -> bool:
    """All stages that are due; False if somebody stopped it."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        if run.state in {RunState.DRAFT, RunState.BROKEN}:
            actions.move(run=run, step="read", actor=run.actor, work=False)
        if run.state == RunState.READING:
            task = bar.add_task("Lesen", total=None)
            while not advance.one_slice(run, seconds=SECONDS):
                run.refresh_from_db()
                if run.state != RunState.READING:
                    return False
                bar.update(task, completed=run.total)
        run.refresh_from_db()
        if dry_run or run.state == RunState.BROKEN:
            return run.state == RunState.CHECKED
        if run.state == RunState.CHECKED:
            actions.move(run=run, step="start", actor=run.actor, work=False)
        task = bar.add_task("Ablegen", total=run.ready + run.done)
        while run.state == RunState.RUNNING:
            advance.one_slice(run, seconds=SECONDS)
            run.refresh_from_db()
            bar.update(task, completed=run.done)
    return run.state == RunState.DONE


def _show(run: ImportRun, *, json: bool) -> None:
    found = queries.findings(run)
    console = Console()
    if json:
        values = {
            "reference": run.reference,
            "state": run.state,
            "total": run.total,
            "ready": run.ready,
            "done": run.done,
            "duplicates": run.duplicates,
            "failed": run.failed,
            "problems": dict(found.problems),
            "dossiers": found.dossiers,
            "cases": found.cases,
            "bytes": found.size,
        }
        console.file.write(jsonlib.dumps(values, ensure_ascii=False, indent=2) + "\n")
        return
    console.print(
        f"{run.reference}: {run.get_state_display()}. {run.total} Dateien gelesen, "
        f"{run.ready} bereit, {run.done} übernommen, {run.duplicates} schon vorhanden; "
        f"{found.dossiers} Akten, {found.cases} Vorgänge."
    )
    for code, count in found.problems:
        console.print(f"  {count} × {escape(problems.text(code))}")
    if run.state == RunState.CHECKED:
        console.print(f"Ablegen mit: rathaus records import --resume {run.reference}")
