"""No remote call inside a transaction: it would hold locks and could not be undone."""

from __future__ import annotations

from django.db import connections


class RemoteCallInTransaction(RuntimeError):
    """A provider was about to be called inside `atomic`: a fault in the program."""


def assert_no_transaction() -> None:
    """Refuse to go on inside `atomic()`.

    The block a TestCase wraps around each test is not the program's and does not count.

    Raises: RemoteCallInTransaction.
    """
    for connection in connections.all(initialized_only=True):
        blocks = getattr(connection, "atomic_blocks", ())
        if any(not getattr(block, "_from_testcase", False) for block in blocks):
            raise RemoteCallInTransaction(connection.alias)
