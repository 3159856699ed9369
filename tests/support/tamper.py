"""What somebody with full access to the database could do: switch the guards off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def without_guards() -> Iterator[None]:
    """No triggers inside the block; they are back afterwards."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            try:
                yield
            finally:
                cursor.execute("SET session_replication_role = origin")
            return
        # The triggers of the search are no guards: they keep the full-text index in step.
        cursor.execute(
            "SELECT name, sql FROM sqlite_master "
            "WHERE type = 'trigger' AND name NOT LIKE 'search\\_%' ESCAPE '\\'"
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        try:
            yield
        finally:
            for _, sql in triggers:
                cursor.execute(sql)


def execute(sql: str, *params: object) -> None:
    """Run one statement behind the back of the guards."""
    with without_guards(), connection.cursor() as cursor:
        cursor.execute(sql, params)
