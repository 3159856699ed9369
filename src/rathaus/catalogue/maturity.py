"""OZG maturity of a service, computed from its configuration.

The model is data (``maturity_1_1.yaml``): criteria with steps, each with a condition over
`rathaus.catalogue.facts`. The lowest criterion decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from django.utils.translation import gettext as _
from pydantic import Field as Spec
from pydantic import model_validator

from rathaus.catalogue.definition import ServiceDefinition
from rathaus.catalogue.facts import Capabilities, facts
from rathaus.core import logic
from rathaus.forms.definition import Condition, Key, Model, Text

MODELS = {"1.1": Path(__file__).parent / "maturity_1_1.yaml"}
CURRENT = "1.1"
_NO_DAY = date(2020, 6, 1)
"""Conditions of a model do not depend on the day; the evaluator wants one."""


class Level(Model):
    """One level of the model."""

    level: int
    name: Text
    text: Text


class StepData(Model):
    """A step of a criterion: reached when `condition` holds."""

    level: int
    condition: Annotated[Condition, Spec(alias="if")]
    reached: Text
    missing: Text


class CriterionData(Model):
    """A criterion: its steps in rising order."""

    key: Key
    title: Text
    none: Text
    """The reason for level 0."""
    steps: tuple[StepData, ...]


class MaturityModel(Model):
    """A version of the maturity model."""

    model: str
    conform_from: int
    levels: tuple[Level, ...]
    criteria: tuple[CriterionData, ...]

    @property
    def top(self) -> int:
        """The highest level."""
        return self.levels[-1].level

    @model_validator(mode="after")
    def _rising(self) -> MaturityModel:
        for row in self.criteria:
            levels = [step.level for step in row.steps]
            if levels != sorted(set(levels)) or not levels or levels[-1] > self.top:
                raise ValueError(f"{row.key}: steps have to rise within the levels")
            for step in row.steps:
                if problems := logic.check(step.condition):
                    raise ValueError(f"{row.key} {step.level}: {problems[0]}")
        return self


@dataclass(frozen=True)
class Criterion:
    """How far the service is in one criterion."""

    key: str
    title: str
    level: int
    reason: str
    next_step: str
    """What is missing for the next level; empty at the top."""
    decides: bool
    """Whether the service is held at its level by this criterion."""


@dataclass(frozen=True)
class MaturityReport:
    """The maturity of a service."""

    model: str
    level: int
    name: str
    text: str
    conform: bool
    """Whether the level meets the OZG (from level 3 on)."""
    criteria: tuple[Criterion, ...]
    note: str = ""

    @property
    def next_steps(self) -> list[str]:
        """What has to be done to reach the next level, without repetition."""
        steps = [row.next_step for row in self.criteria if row.decides and row.next_step]
        return list(dict.fromkeys(steps))


def assess(
    definition: ServiceDefinition,
    *,
    capabilities: Capabilities | None = None,
    model: str = CURRENT,
) -> MaturityReport:
    """The maturity of `definition` with a reason and the next step per criterion.

    Raises: KeyError for a model that is not shipped.
    """
    data = load(model)
    known = facts(definition, capabilities or Capabilities())
    found = [(row, *_climb(row, known, data.top)) for row in data.criteria]
    lowest = min(level for _row, level, _reason, _next in found)
    level = next(row for row in data.levels if row.level == lowest)
    return MaturityReport(
        model=data.model,
        level=lowest,
        name=level.name,
        text=level.text,
        conform=lowest >= data.conform_from,
        criteria=tuple(
            Criterion(row.key, row.title, reached, reason, missing, reached == lowest)
            for row, reached, reason, missing in found
        ),
        note=_note(definition),
    )


@cache
def load(model: str = CURRENT) -> MaturityModel:
    """A shipped model. Raises: KeyError."""
    return MaturityModel.model_validate(yaml.safe_load(MODELS[model].read_text(encoding="utf-8")))


def _climb(row: CriterionData, known: dict[str, bool | str], top: int) -> tuple[int, str, str]:
    """Level, reason and next step of one criterion."""
    reason = row.none
    for step in row.steps:
        if not logic.evaluate(step.condition, known, today=_NO_DAY):
            return step.level - 1, reason, step.missing
        reason = step.reached
    return top, reason, ""


def _note(definition: ServiceDefinition) -> str:
    """The author's own words on what stands in the way."""
    if definition.mode == "external":
        name = definition.external_name or definition.external_url
        return _("Diese Leistung bietet %(name)s an.") % {"name": name}
    facts_ = definition.maturity
    parts = [
        definition.not_online_reason,
        facts_.personal_appearance_reason,
        facts_.result_reason,
    ]
    return " ".join(dict.fromkeys(part for part in parts if part))
