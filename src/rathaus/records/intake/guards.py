"""Migration operation: what the database itself refuses about items of the intake.

- bytes, arrival and source of an item never change;
- an item is only deleted after it was thrown away (`OriginalGuards`, later `ReleaseGuards`:
  also with the case it was filed in, and an original that was divided or merged once every
  part of it is filed).
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


_ORIGIN = "records_intake_origin"
_FREE = f"""
EXISTS (SELECT 1 FROM {TABLE} p WHERE p.id = OLD.part_id AND (
  p.state IN ('filed', 'discarded') OR (p.state = 'replaced'
    AND NOT EXISTS (SELECT 1 FROM {_ORIGIN} o WHERE o.original_id = p.id))))
"""  # noqa: S608 - a trigger of ours; nothing of it comes from outside
_MAY_GO = f"""
(OLD.state = 'discarded'
  OR (OLD.state = 'replaced'
    AND NOT EXISTS (SELECT 1 FROM {_ORIGIN} o WHERE o.original_id = OLD.id))
  OR (OLD.state = 'filed' AND EXISTS (
    SELECT 1 FROM records_document d JOIN records_case c ON c.id = d.case_id
    JOIN records_disposal_item i ON i.case_uuid = c.public_id
    WHERE d.id = OLD.document_id AND i.state = 'destroying')))
"""  # noqa: S608 - as above
_STILL = "a part of it is not filed yet"
_STAYS = "not thrown away, nor free to go"


class ReleaseGuards(PerEngine):
    """When an item may go: instead of the rule "only what was thrown away"."""

    def create(self, vendor: str) -> Sequence[str]:
        if vendor == "sqlite":
            return [
                f"DROP TRIGGER {TABLE}_keep",
                f"CREATE TRIGGER {TABLE}_keep BEFORE DELETE ON {TABLE} WHEN NOT {_MAY_GO} "
                f"BEGIN SELECT RAISE(ABORT, '{TABLE}: {_STAYS}'); END",
                *(
                    f"CREATE TRIGGER {_ORIGIN}_{name} BEFORE {when} ON {_ORIGIN} "
                    f"WHEN NOT ({_FREE}) BEGIN SELECT RAISE(ABORT, '{_ORIGIN}: {_STILL}'); END"
                    for name, when in _ON_ORIGIN
                ),
            ]
        return [
            *_function(
                "keep", f"IF NOT {_MAY_GO} THEN {_refuse(_STAYS)} END IF; RETURN OLD;"
            ),
            *_function("let_go", f"IF NOT ({_FREE}) THEN {_refuse(_STILL)} END IF; "
                       "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"),
            *(
                f"CREATE TRIGGER {_ORIGIN}_{name} BEFORE {when} ON {_ORIGIN} "
                f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_let_go()"
                for name, when in _ON_ORIGIN
            ),
        ]  # fmt: skip

    def drop(self, vendor: str) -> Sequence[str]:
        before = OriginalGuards().create(vendor)
        if vendor == "sqlite":
            return [
                *(f"DROP TRIGGER {_ORIGIN}_{name}" for name, _when in _ON_ORIGIN),
                f"DROP TRIGGER {TABLE}_keep",
                before[1],
            ]
        return [
            *(f"DROP TRIGGER {_ORIGIN}_{name} ON {_ORIGIN}" for name, _when in _ON_ORIGIN),
            f"DROP FUNCTION {TABLE}_let_go()",
            before[1],
        ]

    def describe(self) -> str:
        return "Let an original go once every part of it is filed"


_ON_ORIGIN = (("no_release", "UPDATE OF original_id"), ("no_delete", "DELETE"))


def _refuse(why: str) -> str:
    return f"RAISE EXCEPTION '{TABLE}: {why}' USING ERRCODE = 'integrity_constraint_violation';"


def _function(name: str, body: str) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {TABLE}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {body} END $$"
    ]
