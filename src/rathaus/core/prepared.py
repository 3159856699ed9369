"""Queries that are the same on every page: composed once, run with the value of the moment.

Django composes the SQL of a query each time, which for a wide table costs more than the
query itself. Rows are made by the same parts of Django as in `QuerySet.get`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.db import connection, models
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class _Composed:
    model: Any
    fields: list[Any]
    sql: str
    compiler: SQLCompiler
    init: list[str]
    columns: slice
    populators: list[Any]
    converters: dict[int, Any]


class Prepared(Generic[M]):
    """``Prepared(lambda: Draft.objects.all(), "public_id").get(value)``.

    `make` gives the queryset (``select_related``, ``defer`` and filters without a value are
    fine); it is asked once per database, not on import. `fields` may follow relations.
    """

    def __init__(self, make: Callable[[], models.QuerySet[M]], *fields: str) -> None:
        self._make = make
        self._names = fields
        self._composed: dict[str, _Composed] = {}

    def get(self, *values: Any) -> M:
        """The row whose fields have these values. Raises: the model's DoesNotExist."""
        found = self._fetch(values, 1)
        if not found:
            model = self._composed[connection.vendor].model
            raise model.DoesNotExist(f"{model.__name__}: {values}")
        return found[0]

    def first(self, *values: Any) -> M | None:
        """The row, or None; of several the first in the order of the queryset."""
        found = self._fetch(values, 1)
        return found[0] if found else None

    def all(self, *values: Any) -> list[M]:
        """All rows whose fields have these values."""
        return self._fetch(values, None)

    def _fetch(self, values: Sequence[Any], limit: int | None) -> list[M]:
        composed = self._composed.get(connection.vendor) or self._compose()
        prepared = [
            field.get_db_prep_value(value, connection)
            for field, value in zip(composed.fields, values, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(composed.sql, prepared)
            rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
        if composed.converters:
            rows = composed.compiler.apply_converters(rows, composed.converters)
        return [self._made(composed, row) for row in rows]

    def _made(self, composed: _Composed, row: Sequence[Any]) -> M:
        found = composed.model.from_db(connection.alias, composed.init, row[composed.columns])
        for populator in composed.populators:
            populator.populate(row, found)
        return cast(M, found)

    def _compose(self) -> _Composed:
        queryset = self._make()
        fields = [_field(queryset.model, name) for name in self._names]
        probes = [_probe(field) for field in fields]
        for name, probe in zip(self._names, probes, strict=True):  # one by one: keeps their order
            queryset = queryset.filter(**{name: probe})
        compiler = queryset.query.get_compiler(connection.alias)
        sql, parameters = compiler.as_sql()
        expected = [f.get_db_prep_value(p, connection) for f, p in zip(fields, probes, strict=True)]
        if list(parameters) != expected:
            raise ValueError("only the looked up values may be variable")
        expressions = [column[0] for column in compiler.select]
        info = compiler.klass_info
        first, last = info["select_fields"][0], info["select_fields"][-1]
        composed = _Composed(
            model=queryset.model,
            fields=fields,
            sql=sql,
            compiler=compiler,
            init=[column[0].target.attname for column in compiler.select[first : last + 1]],
            columns=slice(first, last + 1),
            populators=get_related_populators(info, compiler.select, connection.alias),  # type: ignore[call-arg]  # stubs of Django 6.1
            converters=compiler.get_converters(expressions),
        )
        self._composed[connection.vendor] = composed
        return composed


def _field(model: Any, name: str) -> Any:
    """The column at the end of a lookup such as ``filing_plan_entry__code``."""
    head, _, rest = name.partition("__")
    field = model._meta.get_field(head)
    if rest:
        return _field(field.related_model, rest)
    return field.target_field if field.is_relation else field


def _probe(field: Any) -> Any:
    if isinstance(field, models.UUIDField):
        return uuid.UUID(int=0)
    return "x" if isinstance(field, models.CharField) else 0
