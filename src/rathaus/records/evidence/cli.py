"""``rathaus records seal|verify|renew|anchor``."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.records.evidence import actions, anchor, queries, renewal, runs, words
from rathaus.records.evidence.models import Seal, VerificationRun

ACTOR = Actor.system("operator")
SHOWN = 200


def seal_command(*, json: bool = False) -> int:
    """Seal what is new now and ask for time stamps. 1 if a root has to wait for one."""
    made = actions.seal_all(actor=ACTOR)
    run_pending()
    waiting = queries.unstamped().count()
    last = queries.newest()
    if json:
        data = {
            "made": [seal.number for seal in made],
            "waiting": waiting,
            "newest": anchor.line(last) if last else None,
        }
        print(jsonlib.dumps(data))
        return 1 if waiting else 0
    for seal in made:
        print(f"Siegel {seal.number}: {seal.count} Einträge")
    if not made:
        print("Nichts Neues.")
    if last:
        print(anchor.line(last))
    if waiting:
        print(f"{waiting} Siegel warten auf einen Zeitstempel.")
    return 1 if waiting else 0


def renew_command(*, algorithm: str = "", json: bool = False) -> int:
    """Renew the time stamps that are due; with `algorithm` hash all sealed objects anew."""
    made = renewal.renew_due(actor=ACTOR)
    if algorithm:
        made += _trees(algorithm)
    run_pending()
    if json:
        print(jsonlib.dumps({"renewed": [row.number for row in made]}))
    else:
        print(f"{len(made)} Erneuerungen, {queries.waiting_renewals().count()} warten.")
    return 1 if queries.waiting_renewals().exists() else 0


def _trees(algorithm: str) -> list[Any]:
    from rathaus.records.evidence.lines import lines

    todo = [line for line in lines() if line.end.algorithm != algorithm and not line.waiting]
    found = [
        renewal.renew_tree(seal=one.seal, line=one.name, algorithm=algorithm, actor=ACTOR)
        for one in todo
    ]
    return [row for row in found if row is not None]


def anchor_command(*, json: bool = False) -> int:
    """Print the newest seal, to be kept outside."""
    last = Seal.objects.order_by("-number").first()
    if last is None:
        print("Noch kein Siegel.")
        return 1
    text = anchor.line(last)
    print(jsonlib.dumps({"anchor": text}) if json else text)
    return 0


def verify_command(
    *,
    json: bool = False,
    since: datetime | None = None,
    sample: int = 100,
    fresh: bool = False,
    anchors: Path | None = None,
) -> int:
    """Check record, seals and time stamps; goes on where an interrupted run stopped.

    Returns 0 for intact, 1 for findings, 2 for a file of seals that cannot be read.
    """
    console = Console()
    outside: list[anchor.Anchor] = []
    if anchors is not None:
        try:
            outside = anchor.read(anchors)
        except (OSError, ValueError) as error:
            console.print(escape(str(error)))
            return 2
    run = None if fresh else runs.unfinished(since=since, sample=sample)
    if run is not None and not json:
        console.print(f"Weiter bei {run.done} von {run.total} (--fresh beginnt von vorn).")
    if run is None:
        run = runs.start(requested_by="rathaus records verify", since=since, sample=sample)
    _work(console, run, quiet=json)
    run.refresh_from_db()
    told = [
        {"object": where, "what": what, "expected": expected, "found": found}
        for where, what, expected, found in (anchor.compare(outside) if outside else ())
    ]
    fields = ("object", "what", "expected", "found")
    findings = told + list(run.findings.values(*fields)[: runs.MOST_FINDINGS])
    total = run.found + len(told)
    if json:
        console.file.write(jsonlib.dumps(_data(run, findings, total), ensure_ascii=False) + "\n")
    else:
        _show(console, run, findings, total)
    return 1 if total else 0


def _work(console: Console, run: VerificationRun, *, quiet: bool) -> None:
    if quiet:
        runs.go_on(run.pk)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Vorgänge und Siegel", total=run.total, completed=run.done)
        runs.go_on(run.pk, progress=lambda row: bar.update(task, completed=row.done))


def _data(run: VerificationRun, findings: Sequence[Any], total: int) -> dict[str, Any]:
    return {
        "ok": not total,
        "run": run.pk,
        "state": run.state,
        "started": run.started_at.isoformat(),
        "finished": run.finished_at.isoformat() if run.finished_at else None,
        "seconds": round(run.seconds, 1),
        **run.counts,
        "found": total,
        "findings": list(findings),
    }


def _show(console: Console, run: VerificationRun, findings: Sequence[Any], total: int) -> None:
    counts = {"size": 0, **run.counts}
    console.print(
        "{cases} Vorgänge, {documents} Dokumente, {versions} Fassungen, {renditions} Wiedergaben, "
        "{files} Dateien ({size:,} Byte), {chains} Ereignisketten, {seals} Siegel geprüft.".format(
            **{**dict.fromkeys(("seals", "cases"), 0), **counts}
        )
    )
    if not total:
        console.print("[green]Alles ist so, wie es zur Akte genommen wurde.[/green]")
        return
    table = Table(title=f"{total} Abweichungen", show_lines=True)
    for heading in ("Gegenstand", "Was", "Erwartet", "Gefunden"):
        table.add_column(heading, overflow="fold")
    for row in findings[:SHOWN]:
        cells = (row["object"], words.german(row["what"]), row["expected"], row["found"])
        table.add_row(*map(escape, cells))
    console.print(table)
    if total > SHOWN:
        console.print(f"… und {total - SHOWN} weitere (--json zeigt alle).")
