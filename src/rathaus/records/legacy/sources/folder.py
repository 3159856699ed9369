"""Walking a folder tree in an order that is always the same, so that it can go on anywhere."""

from __future__ import annotations

import os
from collections.abc import Iterator

from rathaus.records.legacy.errors import SourceUnusable
from rathaus.records.legacy.mapping import Mapping
from rathaus.records.legacy.sources import names
from rathaus.records.legacy.sources.files import Refused, is_system, parts_of, shown
from rathaus.records.legacy.sources.row import Row

MAX_DEPTH = 40


def walk(base: str, after: bytes = b"") -> Iterator[tuple[bytes, str]]:
    """Paths below `base` behind `after`, with a problem ("" for none), by bytes of the names.

    Links are named, never followed. Memory holds one folder per level, never the tree.
    Raises: SourceUnusable.
    """
    if not os.path.isdir(base):
        raise SourceUnusable(base)
    yield from _walk(os.fsencode(base), b"", after.split(b"/") if after else [], 0)


def _walk(base: bytes, below: bytes, after: list[bytes], depth: int) -> Iterator[tuple[bytes, str]]:
    try:
        with os.scandir(os.path.join(base, below) if below else base) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        yield below or b".", "unreadable"
        return
    first = after[0] if after else b""
    for entry in entries:
        if entry.name < first:
            continue
        rest = after[1:] if entry.name == first else []
        path = below + b"/" + entry.name if below else entry.name
        if entry.is_symlink():
            if entry.name != first or rest:
                yield path, "symlink"
        elif entry.is_dir(follow_symlinks=False):
            if depth < MAX_DEPTH:
                yield from _walk(base, path, rest, depth + 1)
        elif entry.name != first or rest:
            yield path, ""


def row(position: int, raw: bytes, problem: str, mapping: Mapping) -> Row:
    """What the folders above a file say about it."""
    found = Row(position=position, raw=raw, problem=problem)
    try:
        raw_parts = parts_of(raw)
    except Refused as error:
        found.problem = error.code
        return found
    *folders, name = map(shown, raw_parts)
    if not problem and is_system(raw_parts[-1]):
        found.problem = "system"
    elif not problem and len(folders) < len(mapping.levels):
        found.problem = "shallow"
    by_level = dict(zip(mapping.levels, folders, strict=False))
    found.plan = names.code_of(by_level.get("plan", "")) or mapping.plan_code
    found.dossier = by_level.get("dossier", "") or mapping.dossier
    found.case = by_level.get("case", "")
    found.date, title = names.title_of(name)
    deeper = folders[len(mapping.levels) :]
    found.title = " / ".join([*deeper, title])[:250]
    if mapping.closing == "name":
        found.closed = names.closed_by(found.case, found.dossier)
    return found
