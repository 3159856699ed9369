"""Fees as data and their assessment.

Sources: NVwKostG §§ 1, 5–7, 9, 11, 13 (framework, equity, expenses); AllGO and
municipal fee schedules give the amounts. Amounts are integer cents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from rathaus.core import logic
from rathaus.core.money import Money


class FeeRule(BaseModel):
    """One line of a tariff, valid between two dates.

    ``fixed`` costs `amount_cents` once; ``per_piece`` costs it for each unit of the
    number answered under `quantity_field`, after the first `included` ones.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    label: str
    kind: Literal["fixed", "per_piece"] = "fixed"
    amount_cents: int
    currency: Literal["EUR"] = "EUR"
    legal_basis: str
    tariff_number: str = ""
    valid_from: date
    valid_to: date | None = None
    condition: dict[str, Any] | bool | None = None
    quantity_field: str = ""
    included: int = 0
    example: bool = False
    """True: an example of the demo town, to be replaced by the town's own tariff."""

    @model_validator(mode="after")
    def _consistent(self) -> FeeRule:
        if self.amount_cents < 0:
            raise ValueError("a fee is never negative")
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        if self.kind == "per_piece" and not self.quantity_field:
            raise ValueError("per_piece needs quantity_field")
        return self

    def valid_on(self, day: date) -> bool:
        """Whether the rule is in force on `day` (both ends included)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class FeeLine(BaseModel):
    """One assessed position: what is owed for what, and why."""

    model_config = ConfigDict(frozen=True)

    key: str
    label: str
    quantity: int
    unit_cents: int
    total_cents: int
    legal_basis: str
    tariff_number: str = ""


def assess(rules: Sequence[FeeRule], answers: Mapping[str, Any], *, on: date) -> list[FeeLine]:
    """Return the fee lines owed for `answers` on the day `on`; lines of 0 cents are left out."""
    lines: list[FeeLine] = []
    for rule in rules:
        if not rule.valid_on(on) or not _applies(rule, answers, on):
            continue
        quantity = 1
        if rule.kind == "per_piece":
            quantity = max(0, _count(answers.get(rule.quantity_field)) - rule.included)
        total = quantity * rule.amount_cents
        if total:
            lines.append(
                FeeLine(
                    key=rule.key,
                    label=rule.label,
                    quantity=quantity,
                    unit_cents=rule.amount_cents,
                    total_cents=total,
                    legal_basis=rule.legal_basis,
                    tariff_number=rule.tariff_number,
                )
            )
    return lines


def total(lines: Sequence[FeeLine]) -> Money:
    """Sum of all lines."""
    return Money(sum(line.total_cents for line in lines))


def _applies(rule: FeeRule, answers: Mapping[str, Any], on: date) -> bool:
    if rule.condition is None:
        return True
    return bool(logic.evaluate(rule.condition, answers, today=on))


def _count(answer: Any) -> int:
    if isinstance(answer, list):
        return len(answer)
    if isinstance(answer, int) and not isinstance(answer, bool):
        return answer
    return 0
