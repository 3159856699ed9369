"""Transactions that a power cut may take back.

Everything a town answers for is on the disk before anybody hears of it. What is only
comfort (the last step of a draft, who runs a job) need not wait for the disk: it survives
every crash of the program, and a power cut takes back at most the last moments of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def soft_atomic() -> Iterator[None]:
    """Like ``transaction.atomic()`` without waiting for the disk.

    Inside another transaction it is part of that one and as durable as it is. Order is kept:
    whatever is written durably afterwards has everything before it on the disk too.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        connection.ensure_connection()
        usual = connection.connection.execute("PRAGMA synchronous").fetchone()[0]
        connection.connection.execute("PRAGMA synchronous = NORMAL")
        try:
            with transaction.atomic():
                yield
        finally:
            if connection.connection is not None:
                connection.connection.execute(f"PRAGMA synchronous = {int(usual)}")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO OFF")
            yield
