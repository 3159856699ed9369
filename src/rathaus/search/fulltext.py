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


_FILLED = """FUNCTION search_entry_changed() RETURNS trigger LANGUAGE plpgsql AS $$
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
    VALUES (NEW.position, {values})
    ON CONFLICT (position) DO UPDATE SET {changes};
  END IF;
  RETURN NULL;
END $$"""
_TERMS = "array_to_tsvector(string_to_array(NEW.tokens, ' '))"
_ENTRY_CHANGED = _FILLED.format(values=_TERMS, changes="terms = EXCLUDED.terms")
# OFFSET 0 keeps the planner from walking the places and unpacking the terms of each.
_POSITIONS = """CREATE FUNCTION search_positions(
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
END $$"""

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
    "CREATE " + _ENTRY_CHANGED,
    "CREATE TRIGGER search_entry_changed AFTER INSERT OR DELETE OR UPDATE OF position, tokens "
    "ON search_entry FOR EACH ROW EXECUTE FUNCTION search_entry_changed()",
    "CREATE TRIGGER search_entry_emptied AFTER TRUNCATE ON search_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION search_entry_changed()",
    _POSITIONS,
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


def _positions_with_scopes() -> str:
    """The function that asks; `seen` NULL: no restriction; `q` NULL: no words.

    Where what is looked for is frequent, it is among the first entries of the way one goes: a
    look at some of them tells how many are needed. OFFSET 0 keeps the planner from walking the
    places and unpacking the terms of each.
    """

    def either_way(select: str, start: str) -> str:
        one, other = (f"{start}{select.format(way=way)};" for way in ("DESC", "ASC"))
        return f"IF newest THEN {one} ELSE {other} END IF"

    near = """(SELECT position FROM (
        SELECT position, scopes, terms FROM search_index
        WHERE position BETWEEN low AND high ORDER BY position {way} LIMIT near
      ) first WHERE (seen IS NULL OR scopes && seen) AND (q IS NULL OR terms @@ q)
      ORDER BY position {way} LIMIT wanted)"""
    every = """SELECT position FROM search_index
      WHERE position BETWEEN low AND high AND (seen IS NULL OR scopes && seen)
      ORDER BY position {way} LIMIT wanted"""
    hits = """SELECT position FROM (
        SELECT position, scopes FROM search_index WHERE terms @@ q OFFSET 0
      ) hits WHERE position BETWEEN low AND high AND (seen IS NULL OR scopes && seen)
      ORDER BY position {way} LIMIT wanted"""
    return f"""CREATE FUNCTION search_positions(
      q tsquery, low bigint, high bigint, newest boolean, wanted integer, dense boolean, seen text[]
    ) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
    DECLARE
      found bigint[];
      near integer := 400;
    BEGIN
      WHILE dense AND near <= 2500 LOOP
        {either_way(near, "found := ARRAY")};
        IF cardinality(found) = wanted THEN
          RETURN QUERY SELECT unnest(found);
          RETURN;
        END IF;
        EXIT WHEN near > 400 OR cardinality(found) = 0;
        near := (520.0 * wanted / cardinality(found))::integer;
      END LOOP;
      IF q IS NULL THEN
        {either_way(every, "RETURN QUERY ")};
      ELSE
        {either_way(hits, "RETURN QUERY ")};
      END IF;
    END $$"""


# Who may find an entry stands beside its terms: whoever may see many offices would otherwise have
# the index join the lists of all of them, each as long as everything an office has.
_SCOPES = (
    "DROP FUNCTION search_positions(tsquery, bigint, bigint, boolean, integer, boolean)",
    """CREATE FUNCTION search_scopes(tokens text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(substr(term, 3)), '{}')
    FROM unnest(string_to_array(tokens, ' ')) term WHERE term LIKE 's=%' $$""",
    "CREATE TABLE search_narrow (position bigint PRIMARY KEY, scopes text[] NOT NULL, "
    "terms tsvector NOT NULL) WITH (toast_tuple_target = 128)",
    """INSERT INTO search_narrow
    SELECT position, search_scopes(tokens), terms
    FROM search_index JOIN search_entry USING (position) ORDER BY position""",
    "DROP TABLE search_index",
    "ALTER TABLE search_narrow RENAME TO search_index",
    "ALTER INDEX search_narrow_pkey RENAME TO search_index_pkey",
    "CREATE INDEX search_index_terms ON search_index USING gin (terms) "
    "WITH (gin_pending_list_limit = 256)",
    "CREATE OR REPLACE "
    + _FILLED.format(
        values=f"search_scopes(NEW.tokens), {_TERMS}",
        changes="scopes = EXCLUDED.scopes, terms = EXCLUDED.terms",
    ),
    _positions_with_scopes(),
)
_SCOPES_BACK = (
    "DROP FUNCTION search_positions(tsquery, bigint, bigint, boolean, integer, boolean, text[])",
    "ALTER TABLE search_index DROP COLUMN scopes",
    "CREATE OR REPLACE " + _ENTRY_CHANGED,
    _POSITIONS,
    "DROP FUNCTION search_scopes(text)",
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


class ScopesBeside(PerEngine):
    """PostgreSQL: who may find an entry beside its terms, and a function that looks at it."""

    def create(self, vendor: str) -> Sequence[str]:
        return () if vendor == "sqlite" else _SCOPES

    def drop(self, vendor: str) -> Sequence[str]:
        return () if vendor == "sqlite" else _SCOPES_BACK

    def describe(self) -> str:
        return "Who may find an entry, in the narrow table"
