"""Writers on SQLite wait for each other, and give up after the patience that was set."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from rathaus.core.models import Counter

pytestmark = [
    pytest.mark.one_database,
    pytest.mark.django_db(transaction=True),
]


def test_everybody_who_waits_gets_to_write():
    Counter.objects.create(series="queue", last=0)

    def write() -> None:
        for _ in range(25):
            with transaction.atomic():
                row = Counter.objects.get(series="queue")
                row.last += 1  # read, then write: only right if nobody comes between
                row.save()
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter.objects.get(series="queue").last == 150


def test_patience_ends(monkeypatch: Any):
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Counter.objects.create(series="held", last=0)
            holding.set()
            done.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(20)
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
    try:
        with pytest.raises(OperationalError, match="locked"), transaction.atomic():
            Counter.objects.create(series="late", last=0)
    finally:
        done.set()
        holder.join()
    monkeypatch.undo()
    with transaction.atomic():  # the connection is as good as before
        Counter.objects.create(series="late", last=0)
    assert set(Counter.objects.values_list("series", flat=True)) == {"held", "late"}
