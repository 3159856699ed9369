"""Reading the story: people, cases and drafts as YAML data."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

HERE = Path(__file__).parent
DRAFTS = "drafts"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Part):
    """One thing that is asked for."""

    kind: Literal["missing", "incorrect", "outdated"]
    text: str
    upload: bool = False


class Step(_Part):
    """Something that somebody does in a case; without `by` it is the resident."""

    at: str
    do: str
    by: str = ""
    text: str = ""
    reason: str = ""
    letter: str = ""
    days: int = 10
    items: tuple[Item, ...] = ()
    answers: dict[str, str] = {}
    files: tuple[dict[str, Any], ...] = ()
    outcome: str = "normal"
    method: Literal["cash", "card"] = "cash"
    amount: str = ""
    note: str = ""
    refund: bool | None = None
    to: str = ""


class Case(_Part):
    """One application, or a draft if `until` names the last step that was filled in."""

    key: str
    service: str
    who: str
    at: str
    channel: str = "online"
    by: str = ""
    """Login of the clerk who entered it; empty online."""
    answers: dict[str, Any] = {}
    files: dict[str, tuple[dict[str, Any], ...]] = {}
    steps: tuple[Step, ...] = ()
    until: str = ""
    code: bool = False
    behalf: str = ""
    """Name of the organisation or child the owner of an account acts for."""


class LinkedLogin(_Part):
    """A log-in at a simulated house that opens an account."""

    source: str
    as_: str = Field(alias="as")
    method: str


class Resident(_Part):
    """Somebody with an account."""

    who: str
    at: str
    role: str
    local: bool = False
    identities: tuple[LinkedLogin, ...] = ()
    children: tuple[dict[str, str], ...] = ()
    proves: bool = False


@cache
def people() -> dict[str, dict[str, Any]]:
    """Everybody outside the town hall, by a short name."""
    found: dict[str, dict[str, Any]] = _read(HERE / "people.yaml")
    return found


@cache
def cases() -> tuple[Case, ...]:
    """All applications."""
    files = sorted((HERE / "cases").glob("*.yaml"))
    return tuple(case for file in files if file.stem != DRAFTS for case in _cases(file))


@cache
def drafts() -> tuple[Case, ...]:
    """What was begun and not sent."""
    return tuple(_cases(HERE / "cases" / f"{DRAFTS}.yaml"))


@cache
def residents() -> tuple[Resident, ...]:
    """Everybody with an account."""
    return tuple(Resident.model_validate(row) for row in _read(HERE / "accounts.yaml"))


def _cases(file: Path) -> list[Case]:
    return [Case.model_validate(row) for row in _read(file)]


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))
