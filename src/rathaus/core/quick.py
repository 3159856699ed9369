"""Inserts and updates whose statement is composed once and run with the values of the moment.

Django composes the SQL of every `save` and `update` anew; for the small rows that every
submission leaves behind (events, jobs, documents) that costs more than the database does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, connections, models
from django.db.models.sql import InsertQuery
from django.db.models.sql.compiler import SQLInsertCompiler

AT_ONCE = 50
"""Rows of one statement; each number of rows has its own remembered one."""
_inserts: dict[tuple[Any, ...], str] = {}


class QuickInsert(models.Model):
    """Base of tables that get many rows: `save` and `create` as usual, with less work.

    What the remembered statement cannot say (an expression as value, a key that the database
    does not number itself) goes Django's own way.
    """

    class Meta:
        abstract = True

    def _do_insert(
        self, manager: Any, using: Any, fields: Any, returning_fields: Any, raw: bool
    ) -> list[tuple[Any, ...]]:
        plain = not raw and all(isinstance(f, models.AutoField) for f in returning_fields)
        values = [field.pre_save(self, True) for field in fields] if plain else []
        if not plain or any(hasattr(value, "resolve_expression") for value in values):
            usual: Any = super()  # the method is not in the stubs
            rows: list[tuple[Any, ...]] = usual._do_insert(
                manager, using, fields, returning_fields, raw
            )
            return rows
        database = connections[using or connection.alias]
        key = (type(self), database.vendor, *(field.name for field in fields))
        sql = _inserts.get(key) or _compose_insert(key, self, fields, returning_fields, database)
        row = [
            field.get_db_prep_save(value, database)
            for field, value in zip(fields, values, strict=True)
        ]
        with database.cursor() as cursor:
            cursor.execute(sql, row)
            return [cursor.fetchone()] if returning_fields else []


def insert_rows(rows: Sequence[QuickInsert]) -> None:
    """Like ``bulk_create`` for rows of one table whose key the database numbers."""
    for start in range(0, len(rows), AT_ONCE):
        _insert_some(rows[start : start + AT_ONCE])


def _insert_some(rows: Sequence[QuickInsert]) -> None:
    meta = type(rows[0])._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    key = (type(rows[0]), connection.vendor, len(rows))
    sql = _inserts.get(key)
    if sql is None:
        one = (*key[:2], 1)
        sql = _inserts.get(one) or _compose_insert(one, rows[0], fields, [meta.pk], connection)
        start, values_word, rest = sql.partition(" VALUES ")
        places, returning_word, returning = rest.partition(" RETURNING ")
        many = ", ".join([places] * len(rows))
        sql = start + values_word + many + returning_word + returning
        _inserts[key] = sql
    values = [
        field.get_db_prep_save(field.pre_save(row, True), connection)
        for row in rows
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        numbers = cursor.fetchall()
    for row, (number,) in zip(rows, numbers, strict=True):
        row.pk = number
        row._state.adding, row._state.db = False, connection.alias


def _compose_insert(
    key: tuple[Any, ...], row: models.Model, fields: Any, returning: Any, database: Any
) -> str:
    query = InsertQuery(type(row))
    query.insert_values(fields, [row], raw=True)  # only the SQL counts, the values are taken
    # Not the database's own compiler: that of PostgreSQL sends one array per column (UNNEST).
    compiler = SQLInsertCompiler(query, database, database.alias)
    compiler.returning_fields = returning
    [(sql, parameters)] = compiler.as_sql()
    if len(parameters) != len(fields):
        raise ValueError(f"{type(row).__name__}: not one value per column")
    _inserts[key] = str(sql)
    return _inserts[key]


class QuickUpdate:
    """``QuickUpdate(Job, where=["id", "state"], set=["state"])(old, new)``.

    Only plain columns: `where` by equality, `add_one` names columns that are counted up. Call
    it with the values of `where`, then of `set`; it returns the number of rows.
    """

    def __init__(
        self,
        model: type[models.Model],
        *,
        where: Sequence[str],
        set: Sequence[str],
        add_one: Sequence[str] = (),
    ) -> None:
        self._model, self._where, self._set, self._add_one = model, where, set, add_one
        self._composed: dict[str, str] = {}

    def __call__(self, where: Sequence[Any], new: Sequence[Any]) -> int:
        sql = self._composed.get(connection.vendor) or self._compose()
        fields = [self._model._meta.get_field(name) for name in (*self._set, *self._where)]
        values = [*new, *where]
        row = [
            field.get_db_prep_save(value, connection)  # type: ignore[union-attr]
            for field, value in zip(fields, values, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, row)
            return int(cursor.rowcount)

    def _compose(self) -> str:
        name = connection.ops.quote_name
        column = {f.name: name(str(f.column)) for f in self._model._meta.concrete_fields}
        changes = [f"{column[field]} = %s" for field in self._set]
        changes += [f"{column[field]} = {column[field]} + 1" for field in self._add_one]
        conditions = " AND ".join(f"{column[field]} = %s" for field in self._where)
        sql = (
            f"UPDATE {name(self._model._meta.db_table)} SET {', '.join(changes)} "  # noqa: S608 - names of our own columns
            f"WHERE {conditions}"
        )
        self._composed[connection.vendor] = sql
        return sql
