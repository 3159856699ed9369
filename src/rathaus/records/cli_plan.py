"""``rathaus records plan import|export FILE``."""

from __future__ import annotations

import json as jsonlib
import sys
from pathlib import Path

from rathaus.core.actors import Actor
from rathaus.records import plan_import
from rathaus.records.actions.errors import PlanRefused
from rathaus.records.plan_rows import FileRefused


def export_command(path: Path, *, kind: str, json: bool = False) -> int:
    """Write the plan to `path`, "-" for standard output. Returns 0; 2 if it cannot be written."""
    content, _name = plan_import.export(kind)
    if str(path) == "-":
        sys.stdout.buffer.write(content)
        return 0
    try:
        path.write_bytes(content)
    except OSError as error:
        print(f"{path}: {error.strerror}", file=sys.stderr)
        return 2
    print(jsonlib.dumps({"file": str(path), "bytes": len(content)}) if json else f"{path}")
    return 0


def import_command(path: Path, *, dry_run: bool, json: bool = False) -> int:
    """Show what the file changes, and do it unless `dry_run`.

    Returns 0 for done, 1 where the file has problems, 2 where it cannot be read.
    """
    try:
        content = path.read_bytes()
        found = plan_import.preview(plan_import.read(content))
    except OSError as error:
        print(f"{path}: {error.strerror}", file=sys.stderr)
        return 2
    except FileRefused as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 2
    done = False
    if not found.problems and not dry_run:
        try:
            actor = Actor.system("rathaus records plan import")
            plan_import.take_in(found, source=path.name, digest=found.digest, actor=actor)
            done = True
        except PlanRefused as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 1
    _tell(found, done, json)
    return 1 if found.problems else 0


def _tell(found: plan_import.Preview, done: bool, json: bool) -> None:
    if json:
        report = {
            "done": done,
            "created": found.created,
            "changed": len(found.changes) - found.created,
            "same": found.same,
            "kept": found.kept,
            "problems": [
                {"line": line, "code": code, "text": text} for line, code, text in found.problems
            ],
        }
        print(jsonlib.dumps(report, ensure_ascii=False))
        return
    for line, code, text in found.problems:
        print(f"Zeile {line}  {code:<12} {text}")
    for change in found.changes:
        if change.is_new:
            print(f"neu      {change.code:<12} {change.title}")
            continue
        for key, (old, new) in change.fields.items():
            print(f"anders   {change.code:<12} {key}: {old!r} -> {new!r}")
    state = "eingelesen" if done else "nichts geändert"
    print(
        f"{found.created} neu, {len(found.changes) - found.created} anders, {found.same} gleich, "
        f"{found.kept} nicht in der Datei: {state}."
    )
