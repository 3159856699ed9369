"""The database's address: what stands in it, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection

from rathaus.core.models import Counter, Job
from rathaus.settings.database import PREPARE_AFTER, database, of_libpq, said
from rathaus.settings.env import SettingsError

ADDRESS = "postgresql://rathaus:s%40fe@db.example:5433/town"


def test_a_server_is_reached_as_the_address_says(tmp_path: Path) -> None:
    found = database(f"{ADDRESS}?sslmode=verify-full", tmp_path)
    assert (found["USER"], found["PASSWORD"]) == ("rathaus", "s@fe")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "town")
    assert found["OPTIONS"]["sslmode"] == "verify-full"


def test_statements_are_prepared_unless_a_pooler_cannot(tmp_path: Path) -> None:
    usual = database(ADDRESS, tmp_path)["OPTIONS"]
    assert usual == {"server_side_binding": True, "prepare_threshold": PREPARE_AFTER}
    assert database(f"{ADDRESS}?prepare=yes", tmp_path)["OPTIONS"] == usual
    assert database(f"{ADDRESS}?prepare=no", tmp_path)["OPTIONS"] == {}


@pytest.mark.parametrize("query", ["", "?sslmode=require", "?prepare=no", "?prepare=no&options=x"])
def test_the_address_can_be_told_again(query: str, tmp_path: Path) -> None:
    """For the database in which a backup is tried out."""
    options = database(ADDRESS + query, tmp_path)["OPTIONS"]
    again = database(f"{ADDRESS}?{urlencode(said(options))}", tmp_path)["OPTIONS"]
    assert again == options
    assert set(of_libpq(options)) <= {"sslmode", "options"}


@pytest.mark.parametrize("wrong", ["mysql://x/y", "town.sqlite3", f"{ADDRESS}?prepare=perhaps"])
def test_a_wrong_address_is_refused(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        database(wrong, tmp_path)


@pytest.mark.django_db
def test_what_is_asked_often_is_planned_once() -> None:
    for _ in range(PREPARE_AFTER + 2):
        assert not Job.objects.filter(name="test.never").exists()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s",
                ["%core_job%"],
            )
            assert cursor.fetchone()[0] >= 1


@pytest.mark.django_db
def test_a_list_may_be_longer_than_the_server_takes_values() -> None:
    """SQLite takes 250,000 of them, a server 65,535."""
    row = Counter.objects.create(series="one", last=7)
    names = ["100 %", *(f"none {n}" for n in range(70_000)), "one"]
    assert list(Counter.objects.filter(series__in=names)) == [row]
    fresh = [Counter(series=f"many {n}", last=n) for n in range(35_000)]
    Counter.objects.bulk_create(fresh)
    assert Counter.objects.filter(series__startswith="many").count() == 35_000
