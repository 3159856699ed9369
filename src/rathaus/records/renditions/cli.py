"""``rathaus records renditions``: how the queue is, and making renditions anew."""

from __future__ import annotations

import json as jsonlib

from rich.console import Console
from rich.table import Table

from rathaus.records.renditions import actions, queries
from rathaus.records.renditions.reasons import reason


def show_command(*, json: bool = False) -> int:
    """Print the queue. Returns 1 where something failed, else 0."""
    console, state = Console(), queries.queue()
    if json:
        console.file.write(jsonlib.dumps(state, ensure_ascii=False, indent=2) + "\n")
        return 1 if state["failed"] else 0
    hour = state["last_hour"]
    console.print(
        f"{state['waiting']} Dokumente warten, {state['running']} in Arbeit, "
        f"{state['pages_to_read']} gescannte Seiten noch zu lesen, {state['done']} fertig."
    )
    console.print(
        f"Letzte Stunde: {hour['documents']} Dokumente, {hour['pages']} Seiten, davon "
        f"{hour['pages_read']} mit Texterkennung, {hour['mean_seconds']} s je Dokument."
    )
    if not state["failed"]:
        console.print("[green]Nichts ist gescheitert.[/green]")
        return 0
    table = Table(title=f"{state['failed']} gescheitert")
    table.add_column("Grund")
    table.add_column("Code")
    table.add_column("Anzahl", justify="right")
    for code, count in state["failures"].items():
        table.add_row(str(reason(code).short), code, str(count))
    console.print(table)
    console.print("Neu machen: rathaus records renditions make --failed")
    return 1


def make_command(*, failed: bool, everything: bool, json: bool = False) -> int:
    """Put work into the queue again; the worker does it. Returns 0, or 2 for wrong use."""
    console = Console()
    if failed == everything:
        console.print("Geben Sie --failed oder --all an.")
        return 2
    if failed:
        count = actions.retry_failed()
    elif json:
        count = actions.make_all()
    else:
        with console.status("Fassungen werden eingereiht …"):
            count = actions.make_all()
    if json:
        console.file.write(jsonlib.dumps({"queued": count}) + "\n")
    else:
        console.print(f"{count} Dokumente eingereiht. Der Hintergrunddienst macht die Wiedergaben.")
    return 0
