"""A per-process cache of rarely changing rows that is never stale.

A row in the database carries a random revision that changes with every write of the
room. A cached value belongs to one revision; being random, it also tells apart towns,
databases and rolled back transactions. The revision is read once per web request; outside
a request, once a second, and always inside a transaction. Whoever switches a thread to
another town outside a request calls `forget_all`.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from threading import local as thread_local
from typing import Any, Generic, TypeVar

from django.core.signals import request_finished, request_started
from django.db import connection
from django.db.models.signals import post_migrate

T = TypeVar("T")

CHECK_SECONDS = 1.0
KEPT = 32

_request = thread_local()
_caches: list[RevisionCache[Any]] = []


def read(table: str) -> str | None:
    """The revision kept in the only row of `table`; None while there is none.

    Plain SQL, because this is asked on every request and building a query takes longer than
    answering it.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT revision FROM {connection.ops.quote_name(table)}")  # noqa: S608
        row = cursor.fetchone()
    return str(row[0]) if row else None


class RevisionCache(Generic[T]):
    """`get` returns ``build()`` for the present revision.

    `revision` reads it from the database; None means "nothing there yet" and is not kept.
    """

    def __init__(self, revision: Callable[[], str | None], build: Callable[[], T]) -> None:
        self._revision = revision
        self._build = build
        self._values: OrderedDict[str, T] = OrderedDict()
        self._lock = Lock()
        self._checked = thread_local()
        _caches.append(self)

    def get(self) -> T:
        """The value of the present revision."""
        revision = self._present()
        if revision is None:
            return self._build()
        value = self._values.get(revision)
        if value is None:
            value = self._build()
            with self._lock:
                self._values[revision] = value
                while len(self._values) > KEPT:
                    self._values.popitem(last=False)
        return value

    def forget(self) -> None:
        """Read the revision again at the next `get` of this thread."""
        self._checked.__dict__.clear()

    def _present(self) -> str | None:
        seen = self._checked.__dict__
        if "revision" in seen and self._is_fresh(seen["at"]):
            revision: str | None = seen["revision"]
            return revision
        revision = self._revision()
        seen.update(revision=revision, at=time.monotonic())
        return revision

    def _is_fresh(self, checked_at: float) -> bool:
        if getattr(_request, "active", False):
            return True
        return not connection.in_atomic_block and time.monotonic() - checked_at < CHECK_SECONDS


def forget_all(**kwargs: object) -> None:
    """Make every cache of this thread read its revision again."""
    for cache in _caches:
        cache.forget()


def begin_request(**kwargs: object) -> None:
    """A request begins: from here on each revision is read once (connected to Django's signal)."""
    forget_all()
    _request.active = True


def end_request(**kwargs: object) -> None:
    """The request is over."""
    forget_all()
    _request.active = False


post_migrate.connect(forget_all, weak=False)
request_started.connect(begin_request, weak=False)
request_finished.connect(end_request, weak=False)
