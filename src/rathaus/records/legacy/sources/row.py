"""What a source says about one file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
    date: date | None = None
    closed: date | None = None
    office: str = ""
    problem: str = ""
    detail: str = ""
