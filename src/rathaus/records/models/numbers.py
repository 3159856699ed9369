"""The number of a document in its case, given by the database while it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _Number = models.PositiveIntegerField[int, int]
else:
    _Number = models.PositiveIntegerField


class NumberInCase(_Number):
    """1, 2, 3 … within a case, without a statement of its own.

    On PostgreSQL a trigger counts up the case's counter and fills the number in; on SQLite,
    where triggers cannot change the new row, the INSERT reads the counter itself and a
    trigger moves it on (`numbering.py`). Both tell the number when the row is stored.
    """

    db_returning = True

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """A new row without number hands the case over, for the placeholder below."""
        value = getattr(model_instance, self.attname)
        return -model_instance.case_id if add and not value else value  # type: ignore[attr-defined]

    def get_placeholder(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> str:
        """Where the number comes from."""
        if isinstance(value, int) and value < 0:
            if connection.vendor == "sqlite":
                return "(SELECT filed + 1 FROM records_case WHERE id = -(%s))"
            return "GREATEST(%s, 0)"
        return "%s"
