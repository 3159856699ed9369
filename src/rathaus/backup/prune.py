"""Forgetting old backups by a rule, and the files that only they held."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rathaus.backup.errors import BackupFailed
from rathaus.backup.place import STAMP, Place


@dataclass(frozen=True)
class Rule:
    """How many days, weeks and months to keep the newest snapshot of; the newest always stays."""

    days: int
    weeks: int
    months: int

    @classmethod
    def parse(cls, text: str) -> Rule:
        """``7,4,12``. Raises: ValueError, also for less than one day."""
        days, weeks, months = (int(part) for part in text.split(","))
        if days < 1 or min(weeks, months) < 0:
            raise ValueError(text)
        return cls(days, weeks, months)


def kept(snapshots: list[str], rule: Rule) -> set[str]:
    """The snapshots that stay."""
    found = set(snapshots[-1:])
    for count, form in ((rule.days, "%Y-%m-%d"), (rule.weeks, "%G-%V"), (rule.months, "%Y-%m")):
        newest: dict[str, str] = {}
        for name in snapshots:  # oldest first: the last one of a period wins
            newest[_moment(name).strftime(form)] = name
        periods = sorted(newest, reverse=True)[:count]
        found |= {newest[period] for period in periods}
    return found


def prune(place: Place, rule: Rule) -> tuple[list[str], int]:
    """Remove snapshots and unused files; returns what went. Needs to read the manifests.

    Raises: BackupFailed with a key that can only write.
    """
    with place.locked():
        snapshots = place.snapshots()
        stay = kept(snapshots, rule)
        used: set[str] = set()
        for name in sorted(stay):
            used.update(row[0] for row in place.manifest(name)["files"])
        gone = [name for name in snapshots if name not in stay]
        for name in gone:
            _remove(place.folder / "snapshots" / name)
        count = 0
        for name, path in list(place.objects()):
            if name not in used:
                path.unlink()
                count += 1
    return gone, count


def _remove(folder: Path) -> None:
    """First the manifest: without it the snapshot does not count any more."""
    try:
        (folder / "manifest").unlink()
        shutil.rmtree(folder)
    except OSError as error:
        raise BackupFailed(f"{folder} kann nicht gelöscht werden: {error.strerror}") from error


def _moment(name: str) -> datetime:
    return datetime.strptime(name, STAMP).replace(tzinfo=UTC)
