"""Lists that go on behind a row instead of counting from the beginning.

However far somebody pages, the database reads one page; a row that came or went meanwhile
neither hides another nor shows it twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import reduce
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


def page(
    rows: QuerySet[M], order: Sequence[str], after: str, size: int, seen: QuerySet[M] | None = None
) -> tuple[list[M], str]:
    """`size` rows behind the one whose public id is `after`, and what follows ("" at the end).

    `order` names columns without NULL, the last of them unique. The row is looked for in
    `seen`, by default `rows`: give everything the person may see where it may have left the
    list meanwhile. An id that is none, or of nothing to be seen, counts as the beginning.
    """
    last = _row(rows if seen is None else seen, after)
    if last is not None:
        rows = rows.filter(behind(last, order))
    found = list(rows.order_by(*order)[: size + 1])
    more: Any = found[size - 1] if len(found) > size else None
    return found[:size], str(more.public_id) if more is not None else ""


def behind(last: Model, order: Sequence[str]) -> Q:
    """What comes after `last` in this order."""
    where, same = Q(), Q()
    for name in order:
        column = name.removeprefix("-")
        value = reduce(getattr, column.split("__"), last)
        ahead = "lt" if name.startswith("-") else "gt"
        where |= same & Q(**{f"{column}__{ahead}": value})
        same &= Q(**{column: value})
    return where


def _row(rows: QuerySet[M], ident: str) -> M | None:
    try:
        key = uuid.UUID(ident)
    except ValueError:
        return None
    return rows.filter(public_id=key).first()
