"""Migration operation: what the database itself refuses, for everybody.

- a version, document or case is not deleted before the last day of its retention is over,
  whoever asks; nor a dossier made by hand;
- the retention of a case is never shortened;
- a document is moved only between open cases, so that no case whose retention is over can
  take it to its destruction.
"""

from __future__ import annotations

from collections.abc import Sequence

from rathaus.core.triggers import Immutable, PerEngine

# Condition under which a row may go: its case is past its retention.
_DUE = {
    "records_case": "OLD.retention_until IS NOT NULL AND OLD.retention_until < {today}",
    "records_document": (
        "EXISTS (SELECT 1 FROM records_case c WHERE c.id = OLD.case_id "
        "AND c.retention_until IS NOT NULL AND c.retention_until < {today})"
    ),
    "records_documentversion": (
        "EXISTS (SELECT 1 FROM records_document d JOIN records_case c ON c.id = d.case_id "
        "WHERE d.id = OLD.document_id "
        "AND c.retention_until IS NOT NULL AND c.retention_until < {today})"
    ),
}
_SHORTER = (
    "NEW.retention_until IS NOT NULL AND "
    "(NEW.retention_until < OLD.retention_until OR NEW.retention_until < {closed})"
)


class RetentionGuards(PerEngine):
    """Install the triggers on SQLite and PostgreSQL."""

    def create(self, vendor: str) -> Sequence[str]:
        return _sqlite() if vendor == "sqlite" else _postgresql()

    def drop(self, vendor: str) -> Sequence[str]:
        names = [(f"{table}_no_delete", table) for table in _DUE]
        names.append(("records_case_no_shortening", "records_case"))
        if vendor == "sqlite":
            return [f"DROP TRIGGER {name}" for name, _ in names]
        names += [(f"{table}_no_truncate", table) for table in _DUE]
        return [f"DROP TRIGGER {name} ON {table}" for name, table in names]

    def describe(self) -> str:
        return "Refuse deletion before the end of retention"


def _sqlite() -> list[str]:
    found = [
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        f"WHEN NOT ({due.format(today='date()')}) "
        f"BEGIN SELECT RAISE(ABORT, '{table}: retention has not ended'); END"
        for table, due in _DUE.items()
    ]
    found.append(
        "CREATE TRIGGER records_case_no_shortening BEFORE UPDATE OF retention_until "
        f"ON records_case WHEN {_SHORTER.format(closed='date(NEW.closed_at)')} "
        "BEGIN SELECT RAISE(ABORT, 'records_case: retention cannot be shortened'); END"
    )
    return found


def _postgresql() -> list[str]:
    found: list[str] = []
    for table, due in _DUE.items():
        found.append(
            f"CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {due.format(today='current_date')} THEN RETURN OLD; END IF; "
            f"RAISE EXCEPTION '{table}: retention has not ended' "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        found.append(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_keep()"
        )
        found.append(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION rathaus_refuse()"
        )
    shorter = _SHORTER.format(closed="NEW.closed_at::date")
    found.append(
        "CREATE OR REPLACE FUNCTION records_case_keep_retention() RETURNS trigger "
        f"LANGUAGE plpgsql AS $$ BEGIN IF {shorter} THEN "
        "RAISE EXCEPTION 'records_case: retention cannot be shortened' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )
    found.append(
        "CREATE TRIGGER records_case_no_shortening BEFORE UPDATE OF retention_until "
        "ON records_case FOR EACH ROW EXECUTE FUNCTION records_case_keep_retention()"
    )
    return found


class PlanGuards(PerEngine):
    """Dossiers stay until they are due; documents move between open cases only."""

    def create(self, vendor: str) -> Sequence[str]:
        return _plan_sqlite() if vendor == "sqlite" else _plan_postgresql()

    def drop(self, vendor: str) -> Sequence[str]:
        names = [
            ("records_dossier_no_delete", "records_dossier"),
            ("records_document_open_cases", "records_document"),
        ]
        on = "" if vendor == "sqlite" else " ON {}"
        return [f"DROP TRIGGER {name}{on.format(table)}" for name, table in names]

    def describe(self) -> str:
        return "Keep dossiers; move documents between open cases only"


_DOSSIER_DUE = (
    "OLD.automatic OR (OLD.retention_until IS NOT NULL AND OLD.retention_until < {today})"
)
_CASES_CLOSED = (
    "EXISTS (SELECT 1 FROM records_case c WHERE c.id IN (OLD.case_id, NEW.case_id) "
    "AND c.state <> 'open')"
)


def _plan_sqlite() -> list[str]:
    return [
        "CREATE TRIGGER records_dossier_no_delete BEFORE DELETE ON records_dossier "
        f"WHEN NOT ({_DOSSIER_DUE.format(today='date()')}) "
        "BEGIN SELECT RAISE(ABORT, 'records_dossier: retention has not ended'); END",
        "CREATE TRIGGER records_document_open_cases BEFORE UPDATE OF case_id ON records_document "
        f"WHEN OLD.case_id <> NEW.case_id AND {_CASES_CLOSED} "
        "BEGIN SELECT RAISE(ABORT, 'records_document: both cases have to be open'); END",
    ]


def _plan_postgresql() -> list[str]:
    return [
        "CREATE OR REPLACE FUNCTION records_dossier_keep() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {_DOSSIER_DUE.format(today='current_date')} THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'records_dossier: retention has not ended' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE TRIGGER records_dossier_no_delete BEFORE DELETE ON records_dossier "
        "FOR EACH ROW EXECUTE FUNCTION records_dossier_keep()",
        "CREATE OR REPLACE FUNCTION records_document_move() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF OLD.case_id <> NEW.case_id AND {_CASES_CLOSED} THEN "
        "RAISE EXCEPTION 'records_document: both cases have to be open' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER records_document_open_cases BEFORE UPDATE OF case_id ON records_document "
        "FOR EACH ROW EXECUTE FUNCTION records_document_move()",
    ]


FIRST: tuple[PerEngine, ...] = (
    Immutable("records_documentversion", delete=False),
    Immutable(
        "records_document",
        columns=("public_id", "kind", "direction", "created_at"),
        delete=False,
    ),
    Immutable("records_case", columns=("public_id", "reference", "chain_id", "salt"), delete=False),
    RetentionGuards(),
)
"""As migration 0002 put them on."""
