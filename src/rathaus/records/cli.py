"""``rathaus records verify``."""

from __future__ import annotations

import json as jsonlib

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from rathaus.records import verify, wording


def verify_command(*, json: bool = False) -> int:
    """Check the whole record and say what was found. Returns 0 for intact, 1 for findings."""
    console = Console()
    if json:
        report = verify.run()
        console.file.write(jsonlib.dumps(report.as_dict(), ensure_ascii=False, indent=2) + "\n")
        return 0 if report.ok else 1
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Vorgänge", total=None)
        report = verify.run(lambda done, total: bar.update(task, completed=done, total=total))
    _show(console, report)
    return 0 if report.ok else 1


def _show(console: Console, report: verify.Report) -> None:
    console.print(
        f"{report.cases} Vorgänge, {report.documents} Dokumente, {report.versions} Fassungen, "
        f"{report.renditions} Wiedergaben, {report.files} Dateien ({report.size:,} Byte), "
        f"{report.chains} Ereignisketten geprüft."
    )
    if report.ok:
        console.print("[green]Alles ist so, wie es zur Akte genommen wurde.[/green]")
        return
    table = Table(title=f"{len(report.findings)} Abweichungen", show_lines=True)
    for heading in ("Gegenstand", "Was", "Erwartet", "Gefunden"):
        table.add_column(heading, overflow="fold")
    for finding in report.findings:
        cells = (finding.object, wording.german(finding.what), finding.expected, finding.found)
        table.add_row(*map(escape, cells))
    console.print(table)
