"""``rathaus records offer|transfer|receive|dispose`` for operators and machines."""

from __future__ import annotations

import json as jsonlib
import sys
from pathlib import Path
from typing import Any

from rathaus.core.actors import Actor
from rathaus.core.clock import today
from rathaus.records.disposal import actions, outgoing, queries, receiving
from rathaus.records.disposal.errors import DisposalRefused
from rathaus.records.disposal.models import Archive, Process
from rathaus.records.models import Case

OPERATOR = Actor.system("cli")
MAX_CASES = 1000


def offer_command(archive_name: str, *, plan_code: str, limit: int, json: bool) -> int:
    """Offer what is due to an archive: a new process, its message in the archive's folder."""
    archive = _archive(archive_name)
    if archive is None:
        return 2
    rows = Case.objects.filter(queries.past_retention(today())).exclude(queries.held())
    rows = rows.exclude(queries.running()).select_related(
        "chain", "office", "dossier__filing_plan_entry"
    )
    if plan_code:
        rows = rows.filter(dossier__filing_plan_entry__code__startswith=plan_code)
    cases = list(rows.order_by("retention_until", "pk")[: min(limit, MAX_CASES)])
    try:
        process = actions.begin(cases=cases, archive=archive, actor=OPERATOR)
        actions.offer(process=process, actor=OPERATOR)
    except DisposalRefused as refused:
        return _refused(str(refused.reason), json)
    return _sent(process, json)


def transfer_command(reference: str, *, json: bool) -> int:
    """Hand over what the archive wants, in a process that was appraised."""
    process = _process(reference)
    if process is None:
        return 2
    try:
        actions.transfer(process=process, actor=OPERATOR)
    except DisposalRefused as refused:
        return _refused(str(refused.reason), json)
    return _sent(process, json)


def receive_command(paths: list[Path], *, json: bool) -> int:
    """Take in messages of archives; 1 if one was refused, 2 for a file that is not there."""
    if missing := [path for path in paths if not path.is_file()]:
        print(f"No such file: {missing[0]}", file=sys.stderr)
        return 2
    results = []
    for path in paths:
        taken = receiving.take_in(path)
        results.append(
            {
                "file": str(path),
                "accepted": taken.accepted,
                "again": taken.again,
                "process": taken.process,
                "message": taken.code,
                "summary": taken.summary,
                "key": taken.key,
                "reason": taken.reason,
            }
        )
    if json:
        print(jsonlib.dumps(results, ensure_ascii=False))
    else:
        for one in results:
            said = "accepted" if one["accepted"] else "refused"
            said = "known already" if one["again"] else said
            print(f"{one['file']}: {said}. {one['summary'] or one['reason']}")
    return 0 if all(one["accepted"] for one in results) else 1


def status_command(*, json: bool) -> int:
    """All processes that run, with what is missing."""
    rows = [_status(process) for process in Process.objects.running().select_related("archive")]
    if json:
        print(jsonlib.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        late = "  LATE" if row["late"] else ""
        print(
            f"{row['reference']:<14} {row['state']:<12} {row['cases']:>5} cases  "
            f"{row['archive'] or 'no archive':<28} answer by {row['answer_due'] or '-'}{late}"
        )
    print(f"{len(rows)} running process(es)")
    return 0


def _status(process: Process) -> dict[str, Any]:
    due = process.answer_due
    return {
        "reference": process.reference,
        "id": str(process.public_id),
        "state": process.state,
        "archive": process.archive.name if process.archive else "",
        "cases": process.items.count(),
        "to_release": process.items.filter(state="prepared").count(),
        "answer_due": due.isoformat() if due else None,
        "late": bool(due and due < today()),
    }


def _archive(name: str) -> Archive | None:
    found = Archive.objects.filter(folder=name).first() or Archive.objects.filter(name=name).first()
    if found is None:
        known = ", ".join(Archive.objects.values_list("folder", flat=True)) or "none"
        print(f"No such archive: {name}. Known: {known}", file=sys.stderr)
    return found


def _process(reference: str) -> Process | None:
    found = Process.objects.select_related("archive", "chain").filter(reference=reference).first()
    if found is None:
        print(f"No such process: {reference}", file=sys.stderr)
    return found


def _sent(process: Process, json: bool) -> int:
    """Send now what a worker would send in a moment, and say where it lies."""
    for message in process.messages.filter(state="ready"):
        outgoing.send(message)
    message = process.messages.filter(incoming=False).latest("pk")
    data = {
        "process": process.reference,
        "id": str(process.public_id),
        "cases": process.items.count(),
        "message": message.code,
        "file": message.name,
        "sha256": message.sha256,
    }
    if json:
        print(jsonlib.dumps(data, ensure_ascii=False))
    else:
        print(f"{process.reference}: {data['cases']} cases, message {message.code} {message.name}")
    return 0


def _refused(reason: str, json: bool) -> int:
    if json:
        print(jsonlib.dumps({"error": reason}, ensure_ascii=False))
    else:
        print(reason, file=sys.stderr)
    return 1
