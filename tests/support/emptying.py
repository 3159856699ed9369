"""Empties the tables after a test with real commits: only those that hold rows.

Django's own way deletes from every table and then makes all permissions anew, which takes
longer than most tests.
"""

from __future__ import annotations

from functools import cache

from django.db import connection, transaction

from rathaus.organisation import revision
from tests.support.tamper import without_guards

KEPT = {"django_content_type", "auth_permission", "django_migrations"}
"""What migrating wrote and no test changes."""


def empty_tables() -> None:
    """Delete all rows, past the guards; the numbering goes on as after Django's flush."""
    filled = _filled()
    if filled:
        with transaction.atomic(), without_guards(), connection.cursor() as cursor:
            for table in filled:
                cursor.execute(f'DELETE FROM "{table}"')
    revision.forget_all()


@cache
def _question() -> str:
    tables = set(connection.introspection.django_table_names(only_existing=True)) - KEPT
    if connection.vendor == "postgresql":
        tables.add("search_index")  # filled by triggers, which are switched off here
    return " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in sorted(tables)
    )


def _filled() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_question())
        return [name for (name,) in cursor.fetchall()]
