"""Statements that the server prepares, but for those with more values than it takes.

Django binds values in the client, so that the server has to plan each statement anew. Bound in the
server, a statement has at most 65,535 values (a 16-bit number in the message ``Bind``, PostgreSQL's
documentation of the protocol, "Message Formats"). A list of cases may be longer.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base

MOST_VALUES = 65_535


class Cursor(base.CursorMixin, psycopg.Cursor[Any]):
    """As Django's `ServerBindingCursor`, but binds in the server only what fits there."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        """As in psycopg. Raises: psycopg.Error."""
        if params is not None and len(params) > MOST_VALUES:
            with psycopg.ClientCursor(self.connection) as binder:
                query, params = binder.mogrify(query, params), None
        return super().execute(query, params, **more)


class DatabaseWrapper(base.DatabaseWrapper):
    """Everything as in Django but the cursor."""

    def get_connection_params(self) -> dict[str, Any]:
        """What psycopg is called with."""
        found: dict[str, Any] = super().get_connection_params()
        if found["cursor_factory"] is base.ServerBindingCursor:
            found["cursor_factory"] = Cursor
        return found
