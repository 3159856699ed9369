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


class PerEngine(Operation):
    """Base of operations whose statements differ between SQLite and PostgreSQL.

    A subclass says what to run in `create` and `drop`, each given the vendor.
    """

    reversible = True
    reduces_to_sql = True

    def create(self, vendor: str) -> Sequence[str]:
        """The statements of the way forward."""
        raise NotImplementedError

    def drop(self, vendor: str) -> Sequence[str]:
        """The statements of the way back."""
        raise NotImplementedError

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers and indexes of this kind are no part of Django's model state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        _run(schema_editor, self.create(schema_editor.connection.vendor))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        _run(schema_editor, self.drop(schema_editor.connection.vendor))


def _run(schema_editor: BaseDatabaseSchemaEditor, statements: Sequence[str]) -> None:
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Lifted(PerEngine):
    """Take guards away for a change of their tables; the way back puts them on again.

    SQLite makes a table anew when a constraint changes, and loses its triggers silently: a
    migration that does so lifts them first and names them again at its end.
    """

    def __init__(self, *guards: PerEngine) -> None:
        self.guards = guards

    def create(self, vendor: str) -> Sequence[str]:
        """What the guards do on their way back, the last one first."""
        return [line for guard in reversed(self.guards) for line in guard.drop(vendor)]

    def drop(self, vendor: str) -> Sequence[str]:
        """What the guards do on their way forward."""
        return [line for guard in self.guards for line in guard.create(vendor)]

    def describe(self) -> str:
        return "Lift the guards for a change of the tables"


class Immutable(PerEngine):
    """Refuse UPDATE (of `columns`, or of anything) and DELETE on `table`.

    Even an administrator with SQL access has to drop a trigger first, which the
    verification of the records shows.
    """

    def __init__(self, table: str, columns: Sequence[str] = (), delete: bool = True) -> None:
        self.table = table
        self.columns = tuple(columns)
        self.delete = delete

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
