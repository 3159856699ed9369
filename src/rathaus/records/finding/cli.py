"""``rathaus records reindex``."""

from __future__ import annotations

import json as jsonlib

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rathaus.records.finding import reindexing
from rathaus.records.finding.models import Reindex


def reindex_command(*, from_scratch: bool = False, json: bool = False) -> int:
    """Put into the search what it does not know, or everything anew. Returns 0.

    May be stopped at any moment; the next call goes on. Searching works meanwhile.
    """
    console = Console()
    run = reindexing.begin(everything=from_scratch)
    went_on = run.done > 0
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=json) as bar:
        task = bar.add_task("Durchsuchbar gemacht", total=run.total, completed=run.done)
        while not reindexing.step():
            run = Reindex.objects.get(pk=1)
            bar.update(task, completed=run.done, total=max(run.total, run.done))
    run = Reindex.objects.get(pk=1)
    if json:
        found = {"done": run.done, "removed": run.removed, "continued": went_on}
        console.file.write(jsonlib.dumps(found) + "\n")
    else:
        console.print(
            f"{run.done} Vorgänge und Dokumente sind durchsuchbar gemacht, "
            f"{run.removed} veraltete Einträge entfernt."
        )
    return 0
