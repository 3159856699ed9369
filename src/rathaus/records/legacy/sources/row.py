"""What a source says about one file."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass
class Row:
    """Place and dates of a file as named; `problem` is one of `problems.CODES` or ""."""

    position: int
    raw: bytes
    plan: str = ""
    dossier: str = ""
    case: str = ""
    old_reference: str = ""
    title: str = ""
    date: datetime.date | None = None
    closed: datetime.date | None = None
    office: str = ""
    problem: str = ""
    detail: str = ""
