"""Waiting for the write lock in even, short steps.

SQLite's own way of waiting sleeps longer each time (up to 100 ms), so that whoever has waited
long keeps losing against whoever has just come: waits of more than a second under load.
"""

from __future__ import annotations

import random
import sqlite3
import time

from django.db.backends.sqlite3 import base

PAUSE = (0.0005, 0.002)
"""Seconds between two tries, drawn evenly."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Everything as in Django but the beginning of a transaction."""

    def _start_transaction_under_autocommit(self) -> None:
        connection: sqlite3.Connection = self.connection
        mode = getattr(self, "transaction_mode", None) or ""
        patience = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        until = time.monotonic() + patience
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            while not self._begin(connection, mode, last=time.monotonic() >= until):
                time.sleep(random.uniform(*PAUSE))  # noqa: S311 - no secret
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(1000 * patience)}")

    def _begin(self, connection: sqlite3.Connection, mode: str, *, last: bool) -> bool:
        with self.wrap_database_errors:
            try:
                connection.execute(f"BEGIN {mode}")
            except sqlite3.OperationalError as error:
                if last or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                return False
        return True
