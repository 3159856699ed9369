"""Migration operation: what the database refuses about disposal, for everybody.

Beside the guards of retention (`rathaus.records.guards`):

- a case, its documents and versions go only while a released destruction of the case runs:
  decided V, or A and confirmed by the archive; never under a legal hold of the case or of a
  dossier above it;
- tombstones cannot be changed or deleted;
- a destroyed content is not filed again without being stored anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from rathaus.core.triggers import PerEngine

_CASES = {
    "records_case": "c.id = OLD.id",
    "records_document": "c.id = OLD.case_id",
    "records_documentversion": (
        "c.id = (SELECT d.case_id FROM records_document d WHERE d.id = OLD.document_id)"
    ),
}
# Five levels, because SQLite has no recursive queries in triggers.
_ABOVE = "h.dossier_id IN (d1.id, d1.parent_id, d2.parent_id, d3.parent_id, d4.parent_id)"
_ALLOWED = f"""
EXISTS (SELECT 1 FROM records_case c WHERE {{case}}
  AND EXISTS (SELECT 1 FROM records_disposal_item i
    WHERE i.case_uuid = c.public_id AND i.state = 'destroying'
    AND (i.verdict = 'V' OR (i.verdict = 'A' AND i.archived)))
  AND NOT EXISTS (SELECT 1 FROM records_disposal_legalhold h
    WHERE h.released_at IS NULL AND (h.until IS NULL OR h.until >= {{today}})
    AND (h.case_id = c.id OR EXISTS (
      SELECT 1 FROM records_dossier d1
      LEFT JOIN records_dossier d2 ON d2.id = d1.parent_id
      LEFT JOIN records_dossier d3 ON d3.id = d2.parent_id
      LEFT JOIN records_dossier d4 ON d4.id = d3.parent_id
      WHERE d1.id = c.dossier_id AND {_ABOVE}))))
"""  # noqa: S608 - a trigger of ours; nothing of it comes from outside
_REFUSED = "not released for destruction, or held"
_CONTENT = ("records_documentversion", "records_rendition")
_GONE = "the content was destroyed; store it again"


def names(vendor: str) -> list[tuple[str, str]]:
    """All triggers of this file: (name, table)."""
    found = [(f"{table}_only_released", table) for table in _CASES]
    found += [(f"{table}_has_content", table) for table in _CONTENT]
    return found


class DisposalGuards(PerEngine):
    """Install the triggers on SQLite and PostgreSQL."""

    def create(self, vendor: str) -> Sequence[str]:
        return _sqlite() if vendor == "sqlite" else _postgresql()

    def drop(self, vendor: str) -> Sequence[str]:
        if vendor == "sqlite":
            return [f"DROP TRIGGER {name}" for name, _table in names(vendor)]
        found = []
        for name, table in names(vendor):
            found += [f"DROP TRIGGER {name} ON {table}", f"DROP FUNCTION {name}_check()"]
        return found

    def describe(self) -> str:
        return "Refuse deletion without released destruction or under a legal hold"


def _sqlite() -> list[str]:
    found = [
        f"CREATE TRIGGER {table}_only_released BEFORE DELETE ON {table} "
        f"WHEN NOT ({_ALLOWED.format(case=case, today='date()')}) "
        f"BEGIN SELECT RAISE(ABORT, '{table}: {_REFUSED}'); END"
        for table, case in _CASES.items()
    ]
    for table in _CONTENT:
        destroyed = "SELECT 1 FROM core_blob b WHERE b.id = NEW.blob_id AND length(wrapped_key) = 0"
        found.append(
            f"CREATE TRIGGER {table}_has_content BEFORE INSERT ON {table} "
            f"WHEN EXISTS ({destroyed}) BEGIN SELECT RAISE(ABORT, '{table}: {_GONE}'); END"
        )
    return found


def _postgresql() -> list[str]:
    found: list[str] = []
    error = "USING ERRCODE = 'integrity_constraint_violation'"
    for table, case in _CASES.items():
        name = f"{table}_only_released"
        allowed = _ALLOWED.format(case=case, today="current_date")
        found.append(
            f"CREATE OR REPLACE FUNCTION {name}_check() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {allowed} THEN RETURN OLD; END IF; "
            f"RAISE EXCEPTION '{table}: {_REFUSED}' {error}; END $$"
        )
        found.append(
            f"CREATE TRIGGER {name} BEFORE DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}_check()"
        )
    for table in _CONTENT:
        name = f"{table}_has_content"
        # The lock waits for a destruction of the same content that is just going on.
        found.append(
            f"CREATE OR REPLACE FUNCTION {name}_check() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN PERFORM 1 FROM core_blob b WHERE b.id = NEW.blob_id "
            "AND length(b.wrapped_key) > 0 FOR KEY SHARE; "
            f"IF NOT FOUND THEN RAISE EXCEPTION '{table}: {_GONE}' {error}; END IF; "
            "RETURN NEW; END $$"
        )
        found.append(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}_check()"
        )
    return found
