"""Migration operation: the full-text index of `Entry` on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

# detail=none: we need neither columns nor places of words, and the index stays small.
# Our terms are ASCII letters and digits, marks, or other letters: no tokenising to speak of.
_SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5(tokens, content='search_entry', "
    "content_rowid='position', detail=none, columnsize=0, "
    "tokenize=\"ascii tokenchars '=:_.-'\")",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN "
    "INSERT INTO search_index(rowid, tokens) VALUES (new.position, new.tokens); END",
    "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN "
    "INSERT INTO search_index(search_index, rowid, tokens) "
    "VALUES ('delete', old.position, old.tokens); END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE OF position, tokens ON search_entry BEGIN "
    "INSERT INTO search_index(search_index, rowid, tokens) "
    "VALUES ('delete', old.position, old.tokens); "
    "INSERT INTO search_index(rowid, tokens) VALUES (new.position, new.tokens); END",
)
_SQLITE_BACK = (
    "DROP TRIGGER search_entry_changed",
    "DROP TRIGGER search_entry_removed",
    "DROP TRIGGER search_entry_added",
    "DROP TABLE search_index",
)
_POSTGRESQL = (
    "ALTER TABLE search_entry ADD COLUMN terms tsvector "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(tokens, ' '))) STORED",
    "CREATE INDEX search_entry_terms ON search_entry USING gin (terms)",
)
_POSTGRESQL_BACK = ("ALTER TABLE search_entry DROP COLUMN terms",)


class FullTextIndex(Operation):
    """An index over ``search_entry.tokens`` that the database itself keeps up to date."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The index is no part of Django's model state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        sqlite = schema_editor.connection.vendor == "sqlite"
        for statement in _SQLITE if sqlite else _POSTGRESQL:
            schema_editor.execute(statement)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        sqlite = schema_editor.connection.vendor == "sqlite"
        for statement in _SQLITE_BACK if sqlite else _POSTGRESQL_BACK:
            schema_editor.execute(statement)

    def describe(self) -> str:
        return "Full-text index over search entries"
