"""Migration operation: the full-text index of `Entry` on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from rathaus.core.triggers import PerEngine

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


class FullTextIndex(PerEngine):
    """An index over ``search_entry.tokens`` that the database itself keeps up to date."""

    def create(self, vendor: str) -> Sequence[str]:
        return _SQLITE if vendor == "sqlite" else _POSTGRESQL

    def drop(self, vendor: str) -> Sequence[str]:
        return _SQLITE_BACK if vendor == "sqlite" else _POSTGRESQL_BACK

    def describe(self) -> str:
        return "Full-text index over search entries"
