"""What a signature of a run binds: who, what was asked, and the bytes of each version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from rathaus.records.work.models import Run, RunStep


def versions_of(run: Run) -> list[str]:
    """sha256 of each version of the run, in their order (one query)."""
    rows = run.documents.order_by("pk").values_list("version__blob__sha256", flat=True)
    return list(rows)


def digest(step: RunStep, *, signer: str, result: str, at: str, versions: Iterable[str]) -> str:
    """sha256 over everything the signature says; recomputable from protocol and chain."""
    said = [str(step.run.public_id), step.number, step.ask, signer, result, at, list(versions)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
