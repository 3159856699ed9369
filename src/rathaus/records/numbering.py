"""Migration operation: the database gives documents their numbers, together with their row."""

from __future__ import annotations

from collections.abc import Sequence

from rathaus.core.triggers import PerEngine

_SQLITE = (
    "CREATE TRIGGER records_document_counted AFTER INSERT ON records_document BEGIN "
    "UPDATE records_case SET filed = MAX(filed, NEW.number) WHERE id = NEW.case_id; END",
)
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION records_document_count() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN IF NEW.number = 0 THEN "
    "UPDATE records_case SET filed = filed + 1 WHERE id = NEW.case_id "
    "RETURNING filed INTO NEW.number; "
    "ELSE UPDATE records_case SET filed = GREATEST(filed, NEW.number) WHERE id = NEW.case_id; "
    "END IF; RETURN NEW; END $$",
    "CREATE TRIGGER records_document_counted BEFORE INSERT ON records_document "
    "FOR EACH ROW EXECUTE FUNCTION records_document_count()",
)


class DocumentNumbers(PerEngine):
    """Count up the case's `filed` with each document."""

    def create(self, vendor: str) -> Sequence[str]:
        return _SQLITE if vendor == "sqlite" else _POSTGRESQL

    def drop(self, vendor: str) -> Sequence[str]:
        if vendor == "sqlite":
            return ["DROP TRIGGER records_document_counted"]
        return [
            "DROP TRIGGER records_document_counted ON records_document",
            "DROP FUNCTION records_document_count()",
        ]

    def describe(self) -> str:
        return "Numbers of documents in their case"
