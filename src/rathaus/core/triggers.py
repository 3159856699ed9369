"""Migration operation: a table that refuses changes, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

_FUNCTION = """
CREATE OR REPLACE FUNCTION rathaus_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Immutable(Operation):
    """Refuse UPDATE (of `columns`, or of anything) and DELETE on `table`.

    Even an administrator with SQL access has to drop a trigger first, which the
    verification of the records shows.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, columns: Sequence[str] = (), delete: bool = True) -> None:
        self.table = table
        self.columns = tuple(columns)
        self.delete = delete

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of Django's model state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        for statement in self.create(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        for statement in self.drop(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Refuse changes to {self.table}"

    def create(self, vendor: str) -> list[str]:
        """The statements that install the triggers."""
        of = f" OF {', '.join(self.columns)}" if self.columns else ""
        if vendor == "sqlite":
            refuse = f"BEGIN SELECT RAISE(ABORT, '{self.table} is append-only'); END"
            statements = [
                f"CREATE TRIGGER {self.table}_no_update BEFORE UPDATE{of} ON {self.table} {refuse}"
            ]
            if self.delete:
                statements.append(
                    f"CREATE TRIGGER {self.table}_no_delete BEFORE DELETE ON {self.table} {refuse}"
                )
            return statements
        statements = [
            _FUNCTION,
            f"CREATE TRIGGER {self.table}_no_update BEFORE UPDATE{of} ON {self.table} "
            "FOR EACH ROW EXECUTE FUNCTION rathaus_refuse()",
        ]
        if self.delete:
            statements += [
                f"CREATE TRIGGER {self.table}_no_delete BEFORE DELETE ON {self.table} "
                "FOR EACH ROW EXECUTE FUNCTION rathaus_refuse()",
                f"CREATE TRIGGER {self.table}_no_truncate BEFORE TRUNCATE ON {self.table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION rathaus_refuse()",
            ]
        return statements

    def drop(self, vendor: str) -> list[str]:
        """The statements that remove them."""
        names = [f"{self.table}_no_update"]
        if self.delete:
            names.append(f"{self.table}_no_delete")
            if vendor != "sqlite":
                names.append(f"{self.table}_no_truncate")
        on = "" if vendor == "sqlite" else f" ON {self.table}"
        return [f"DROP TRIGGER {name}{on}" for name in names]
