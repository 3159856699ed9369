"""When the last backup was made and tried, for the operator (`rathaus doctor`, Betrieb)."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from django.conf import settings

from rathaus.core.clock import now

LATE = timedelta(days=2)
UNTRIED = timedelta(days=35)


@dataclass(frozen=True)
class Health:
    """``none``, ``old``, ``untried``, ``failed``, ``due`` (to be tried again) or ``ok``."""

    state: Literal["none", "old", "untried", "failed", "due", "ok"]
    found: str
    advice: str = ""
    made_at: datetime | None = None
    tried_at: datetime | None = None

    @property
    def ok(self) -> bool:
        """Fresh, and restored for trial not long ago."""
        return self.state == "ok"


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
    made_at, tried_at = _moment(row, "made_at"), _moment(row, "verified_at")
    if made_at is None:
        return Health("none", "no backup yet", "Run: rathaus backup FOLDER (docs/operations.md)")
    found = f"{row['made_at'][:16]} into {row.get('target', '?')}"
    again = "Run: rathaus backup verify FOLDER"
    if now() - made_at > LATE:
        advice = "The last backup is old. Run: rathaus backup FOLDER"
        return Health("old", found, advice, made_at, tried_at)
    if tried_at is None:
        return Health("untried", f"{found}, never tried", again, made_at)
    if not row.get("verified_ok"):
        return Health("failed", f"{found}, trial failed", again, made_at, tried_at)
    found = f"{found}, tried {row['verified_at'][:10]}"
    if now() - tried_at > UNTRIED:
        return Health("due", found, again, made_at, tried_at)
    return Health("ok", found, "", made_at, tried_at)


def _moment(row: dict[str, Any], key: str) -> datetime | None:
    """A time written by `made` or `verified`; None where somebody broke the file."""
    try:
        found = datetime.fromisoformat(str(row[key]))
    except (KeyError, ValueError):
        return None
    return found if found.tzinfo else None


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
