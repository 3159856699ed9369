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


# A table of its own, so narrow that hundreds of thousands of finds are sorted in memory:
# the terms themselves lie elsewhere (TOAST) and are read only of the newest entries.
_NARROW = (
    "DROP INDEX search_entry_terms",
    "ALTER TABLE search_entry DROP COLUMN terms",
    "ALTER TABLE search_entry ALTER COLUMN scope TYPE varchar(400)",
    "CREATE TABLE search_index (position bigint PRIMARY KEY, terms tsvector NOT NULL) "
    "WITH (toast_tuple_target = 128)",
    "CREATE INDEX search_index_terms ON search_index USING gin (terms) "
    "WITH (gin_pending_list_limit = 256)",
    """CREATE FUNCTION search_entry_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE search_index;
        RETURN NULL;
      END IF;
      IF TG_OP <> 'INSERT' AND (TG_OP = 'DELETE' OR OLD.position <> NEW.position) THEN
        DELETE FROM search_index WHERE position = OLD.position;
      END IF;
      IF TG_OP <> 'DELETE' THEN
        INSERT INTO search_index
        VALUES (NEW.position, array_to_tsvector(string_to_array(NEW.tokens, ' ')))
        ON CONFLICT (position) DO UPDATE SET terms = EXCLUDED.terms;
      END IF;
      RETURN NULL;
    END $$""",
    "CREATE TRIGGER search_entry_changed AFTER INSERT OR DELETE OR UPDATE OF position, tokens "
    "ON search_entry FOR EACH ROW EXECUTE FUNCTION search_entry_changed()",
    "CREATE TRIGGER search_entry_emptied AFTER TRUNCATE ON search_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION search_entry_changed()",
    # OFFSET 0 keeps the planner from walking the places and unpacking the terms of each.
    """CREATE FUNCTION search_positions(
      q tsquery, low bigint, high bigint, newest boolean, wanted integer, dense boolean
    ) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
    DECLARE found bigint[];
    BEGIN
      IF dense AND newest THEN
        found := ARRAY(
          SELECT position FROM (
            SELECT position, terms FROM search_index
            WHERE position BETWEEN low AND high ORDER BY position DESC LIMIT 400
          ) near WHERE terms @@ q ORDER BY position DESC LIMIT wanted);
        IF cardinality(found) = wanted THEN
          RETURN QUERY SELECT unnest(found);
          RETURN;
        END IF;
      END IF;
      IF newest THEN
        RETURN QUERY SELECT position FROM (
          SELECT position FROM search_index WHERE terms @@ q OFFSET 0
        ) hits WHERE position BETWEEN low AND high ORDER BY position DESC LIMIT wanted;
      ELSE
        RETURN QUERY SELECT position FROM (
          SELECT position FROM search_index WHERE terms @@ q OFFSET 0
        ) hits WHERE position BETWEEN low AND high ORDER BY position LIMIT wanted;
      END IF;
    END $$""",
    # Byte by byte, as SQLite compares: ranges of words are then the same on both.
    'ALTER TABLE search_word ALTER COLUMN term TYPE varchar(40) COLLATE "C"',
)
_EMPTY = ("DELETE FROM search_entry",)
_NARROW_BACK = (
    "DROP FUNCTION search_positions(tsquery, bigint, bigint, boolean, integer, boolean)",
    "DROP TRIGGER search_entry_changed ON search_entry",
    "DROP TRIGGER search_entry_emptied ON search_entry",
    "DROP FUNCTION search_entry_changed()",
    "DROP TABLE search_index",
    *_POSTGRESQL,
)


class FullTextIndex(PerEngine):
    """An index over ``search_entry.tokens`` that the database itself keeps up to date."""

    def create(self, vendor: str) -> Sequence[str]:
        return _SQLITE if vendor == "sqlite" else _POSTGRESQL

    def drop(self, vendor: str) -> Sequence[str]:
        return _SQLITE_BACK if vendor == "sqlite" else _POSTGRESQL_BACK

    def describe(self) -> str:
        return "Full-text index over search entries"


class NarrowIndex(PerEngine):
    """PostgreSQL: the index in a table of its own, and the function that asks it.

    Places of entries are counted anew with this; what was known before is found again after
    the next reindex, which the records begin by themselves.
    """

    def create(self, vendor: str) -> Sequence[str]:
        return _EMPTY if vendor == "sqlite" else (*_EMPTY, *_NARROW)

    def drop(self, vendor: str) -> Sequence[str]:
        return () if vendor == "sqlite" else _NARROW_BACK

    def describe(self) -> str:
        return "Full-text index in a narrow table"
