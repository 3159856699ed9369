"""Several numbers of open work in one question to the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, Count, QuerySet, Value


def count(rows: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many different rows each of the querysets has, by name; one query for all."""
    parts = [
        part.order_by()
        .annotate(tally_name=Value(name, CharField()))
        .values("tally_name")
        .annotate(tally_n=Count("pk", distinct=True))
        .values_list("tally_name", "tally_n")
        for name, part in rows.items()
    ]
    found = dict.fromkeys(rows, 0)
    if parts:
        found |= dict(parts[0].union(*parts[1:], all=True))
    return found
