"""Migration operation: what the database itself refuses about items of the intake.

- bytes, arrival and source of an item never change;
- an item is only deleted after it was thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence

from rathaus.core.triggers import PerEngine

TABLE = "records_intake_item"
_COLUMNS = "blob_id, key, received_at, source, chain_id, public_id"
_NOT_DISCARDED = "OLD.state <> 'discarded'"


class OriginalGuards(PerEngine):
    """Install the triggers on SQLite and PostgreSQL."""

    def create(self, vendor: str) -> Sequence[str]:
        if vendor == "sqlite":
            return [
                f"CREATE TRIGGER {TABLE}_original BEFORE UPDATE OF {_COLUMNS} ON {TABLE} "
                "WHEN " + " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in _COLUMNS.split(", ")) +
                f" BEGIN SELECT RAISE(ABORT, '{TABLE}: the original never changes'); END",
                f"CREATE TRIGGER {TABLE}_keep BEFORE DELETE ON {TABLE} WHEN {_NOT_DISCARDED} "
                f"BEGIN SELECT RAISE(ABORT, '{TABLE}: not thrown away'); END",
            ]  # fmt: skip
        changed = " OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in _COLUMNS.split(", "))
        return [
            *_function("original", f"IF {changed} THEN {_refuse('the original never changes')} "
                       "END IF; RETURN NEW;"),
            *_function("keep", f"IF {_NOT_DISCARDED} THEN {_refuse('not thrown away')} "
                       "END IF; RETURN OLD;"),
            f"CREATE TRIGGER {TABLE}_original BEFORE UPDATE OF {_COLUMNS} ON {TABLE} "
            f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_original()",
            f"CREATE TRIGGER {TABLE}_keep BEFORE DELETE ON {TABLE} "
            f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_keep()",
        ]  # fmt: skip

    def drop(self, vendor: str) -> Sequence[str]:
        on = "" if vendor == "sqlite" else f" ON {TABLE}"
        return [f"DROP TRIGGER {TABLE}_{name}{on}" for name in ("original", "keep")]

    def describe(self) -> str:
        return "Keep what came in as it came"


def _refuse(why: str) -> str:
    return f"RAISE EXCEPTION '{TABLE}: {why}' USING ERRCODE = 'integrity_constraint_violation';"


def _function(name: str, body: str) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {TABLE}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {body} END $$"
    ]
