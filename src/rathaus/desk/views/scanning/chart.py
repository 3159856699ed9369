"""Columns of a chart as plain numbers; the template draws them as SVG with a table behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

HEIGHT = 100
WIDTH = 40
GAP = 8


@dataclass(frozen=True)
class Column:
    """A column: place and size in the picture, label below, value above."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    value: str


def columns(rows: Sequence[tuple[str, float, str]]) -> dict[str, Any]:
    """Rows of label, number and text of the number; the largest is as high as the picture."""
    top = max((number for _label, number, _text in rows), default=0) or 1
    made = []
    for index, (label, number, text) in enumerate(rows):
        high = round(number / top * HEIGHT, 1)
        x = index * (WIDTH + GAP)
        made.append(Column(x, HEIGHT - high, WIDTH, high, x + WIDTH / 2, label, text))
    return {
        "columns": made,
        "width": max(1, len(rows) * (WIDTH + GAP) - GAP),
        "height": HEIGHT,
    }
