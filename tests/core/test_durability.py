"""What may be lost in a power cut, and that nothing else may."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from rathaus.core.durability import soft_atomic
from rathaus.core.models import Counter

pytestmark = pytest.mark.django_db(transaction=True)
FULL, NORMAL = "2", "1"


def level() -> str:
    question = "PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit"
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])


@pytest.fixture
def usual() -> Iterator[str]:
    """As in a town, not as in tests."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        before = level()
        connection.connection.execute("PRAGMA synchronous = FULL")
        yield FULL
        connection.connection.execute(f"PRAGMA synchronous = {before}")
        return
    yield level()


def test_only_the_soft_transaction_is_soft(usual: str):
    with soft_atomic():
        Counter.objects.create(series="soft", last=1)
        assert level() == (NORMAL if connection.vendor == "sqlite" else "off")
    assert level() == usual
    with transaction.atomic():
        assert level() == usual
    assert Counter.objects.filter(series="soft").exists()


def test_inside_a_durable_transaction_it_is_durable(usual: str):
    with transaction.atomic():
        with soft_atomic():
            Counter.objects.create(series="inner", last=1)
            assert level() == usual
        assert level() == usual


def test_a_failure_takes_everything_back_and_leaves_the_connection_as_it_was(usual: str):
    with pytest.raises(ZeroDivisionError), soft_atomic():
        Counter.objects.create(series="lost", last=1)
        raise ZeroDivisionError
    assert level() == usual
    assert not Counter.objects.filter(series="lost").exists()
