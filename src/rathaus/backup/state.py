"""When the last backup was made and tried, for the operator (`rathaus doctor`)."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from rathaus.core.clock import now

LATE = timedelta(days=2)
UNTRIED = timedelta(days=35)


@dataclass(frozen=True)
class Health:
    """For ``rathaus doctor``."""

    ok: bool
    found: str
    advice: str = ""


def made(target: Path, snapshot: str) -> None:
    """Remember a backup."""
    _write({**_read(), "made_at": now().isoformat(), "target": str(target), "snapshot": snapshot})


def verified(target: Path, snapshot: str, *, ok: bool) -> None:
    """Remember that a backup was restored for trial."""
    values = {"verified_at": now().isoformat(), "verified": snapshot, "verified_ok": ok}
    _write({**_read(), **values, "verified_target": str(target)})


def health() -> Health:
    """How old the last backup is, and whether it was ever restored for trial."""
    row = _read()
    if "made_at" not in row:
        return Health(False, "no backup yet", "Run: rathaus backup FOLDER (docs/operations.md)")
    age = now() - datetime.fromisoformat(row["made_at"])
    found = f"{row['made_at'][:16]} into {row['target']}"
    if age > LATE:
        return Health(False, found, "The last backup is old. Run: rathaus backup FOLDER")
    tried = row.get("verified_at")
    if not tried:
        return Health(False, f"{found}, never tried", "Run: rathaus backup verify FOLDER")
    if not row.get("verified_ok"):
        return Health(False, f"{found}, trial failed", "Run: rathaus backup verify FOLDER")
    if now() - datetime.fromisoformat(tried) > UNTRIED:
        return Health(False, f"{found}, tried {tried[:10]}", "Run: rathaus backup verify FOLDER")
    return Health(True, f"{found}, tried {tried[:10]}")


def _path() -> Path:
    return Path(settings.DATA_DIR) / "backup.json"


def _read() -> dict[str, Any]:
    try:
        found = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(row: dict[str, Any]) -> None:
    scratch = _path().with_suffix(f".{os.getpid()}")
    scratch.write_text(json.dumps(row), encoding="utf-8")
    scratch.replace(_path())
