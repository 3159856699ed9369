"""The filing plan as a file: read, checked, with inherited retention."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rathaus.records.states import Access, Disposal

CODE = re.compile(r"[0-9A-Z]{1,6}(\.[0-9A-Z]{1,6}){0,4}")
MAX_DEPTH = 5
"""xdomea allows five levels."""


class PlanError(ValueError):
    """A filing plan that cannot be used; the message says why."""


class Place(BaseModel):
    """A place of the plan, as written in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    code: str = Field(pattern=r"^[0-9A-Z]{1,6}(\.[0-9A-Z]{1,6}){0,4}$", max_length=20)
    title: str = Field(min_length=1, max_length=200)
    years: int | None = Field(default=None, ge=0, le=200)
    disposal: Disposal | None = None
    access: Access | None = None
    note: str = Field(default="", max_length=300)
    places: tuple[Place, ...] = ()


class Resolved(BaseModel):
    """A place with what it inherits; a parent comes before its children."""

    model_config = ConfigDict(frozen=True)
    code: str
    title: str
    parent: str
    years: int
    disposal: Disposal
    note: str
    own_years: int | None = None
    own_disposal: str = ""
    own_access: str = ""
    """What the file says itself; the rest is inherited."""


def read(path: Path | None = None) -> list[Resolved]:
    """The plan in `path`, or the one shipped. Raises: PlanError."""
    if path is None:
        text = resources.files("rathaus.records").joinpath("filing_plan.yaml").read_text("utf-8")
    else:
        text = path.read_text("utf-8")
    try:
        data: Any = yaml.safe_load(text)
        if not isinstance(data, list):
            raise PlanError("a filing plan is a list of places")
        places = [Place.model_validate(item) for item in data]
    except (yaml.YAMLError, ValidationError) as error:
        raise PlanError(str(error)) from error
    found = [place for top in places for place in _resolve(top, None, 1)]
    codes = [place.code for place in found]
    if doubles := {code for code in codes if codes.count(code) > 1}:
        raise PlanError(f"twice in the plan: {', '.join(sorted(doubles))}")
    return found


def _resolve(place: Place, parent: Resolved | None, depth: int) -> Iterator[Resolved]:
    years = place.years if place.years is not None else parent and parent.years
    disposal = place.disposal or (parent and parent.disposal)
    if years is None or disposal is None:
        raise PlanError(f"{place.code}: retention and disposal are neither given nor inherited")
    if depth > MAX_DEPTH:
        raise PlanError(f"{place.code}: deeper than {MAX_DEPTH} levels")
    resolved = Resolved(
        code=place.code,
        title=place.title,
        parent=parent.code if parent else "",
        years=years,
        disposal=disposal,
        note=place.note,
        own_years=place.years,
        own_disposal=place.disposal.value if place.disposal else "",
        own_access=place.access.value if place.access else "",
    )
    yield resolved
    for child in place.places:
        yield from _resolve(child, resolved, depth + 1)
