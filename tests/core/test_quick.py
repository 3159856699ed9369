"""Statements composed once store and change what Django's own would."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from rathaus.core.models import Blob, Chain, Event, Job
from rathaus.core.quick import AT_ONCE, QuickUpdate, insert_rows

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 11, 27, 22, 15, 3, 123456, tzinfo=UTC)
ARGS = {"text": "ü 💐 \u202e", "list": [1, None, True], "deep": {"a": 0.5}}


def job(**more: object) -> Job:
    return Job.objects.create(name="x", args=ARGS, run_at=MOMENT, created_at=MOMENT, **more)


def test_what_is_stored_is_what_was_given() -> None:
    row = job(dedupe_key="k", lease_until=None)
    again = Job.objects.get(pk=row.pk)
    assert {f.attname: getattr(again, f.attname) for f in Job._meta.concrete_fields} == {
        f.attname: getattr(row, f.attname) for f in Job._meta.concrete_fields
    }
    assert again.args == ARGS and again.run_at == MOMENT
    assert job().pk > row.pk, "the remembered statement gives numbers too"


def test_keys_we_give_ourselves_bytes_and_times_set_by_django() -> None:
    chain = Chain.objects.create(kind="case")
    blob = Blob.objects.create(sha256="a" * 64, size=3, inline=b"\x00\xff\x01", wrapped_key=b"k")
    assert Chain.objects.get(pk=chain.pk).created_at == chain.created_at
    assert bytes(Blob.objects.get(pk=blob.pk).inline or b"") == b"\x00\xff\x01"


def test_a_broken_rule_of_the_table_is_told_as_usual() -> None:
    job(dedupe_key="once")
    with pytest.raises(IntegrityError), transaction.atomic():
        job(dedupe_key="once")
    chain = Chain.objects.create(kind="case")
    for _ in range(2):
        row = Event(chain=chain, seq=1, type="x", actor_kind="a", actor_id="", at=MOMENT, hash="h")
        if Event.objects.exists():
            with pytest.raises(IntegrityError), transaction.atomic():
                row.save(force_insert=True)
        else:
            row.save(force_insert=True)


def test_an_expression_as_value_goes_djangos_way() -> None:
    row = Job(name=Lower(Value("LOUD")), run_at=MOMENT, created_at=MOMENT)
    row.save(force_insert=True)
    assert Job.objects.get(pk=row.pk).name == "loud"


def test_update_changes_only_what_still_is_as_it_was() -> None:
    row, other = job(), job()
    change = QuickUpdate(
        Job, where=["id", "lease_token"], set=["state", "args"], add_one=["attempts"]
    )
    assert change([row.pk, ""], ["running", {"a": "x\"'"}]) == 1
    assert change([row.pk, "somebody else's"], ["done", {}]) == 0
    row.refresh_from_db()
    assert (row.state, row.args, row.attempts) == ("running", {"a": "x\"'"}, 1)
    other.refresh_from_db()
    assert (other.state, other.attempts) == ("ready", 0)


def test_many_rows_get_their_numbers_in_their_order() -> None:
    chain = Chain.objects.create(kind="case")
    rows = [
        Event(
            chain=chain, seq=n, type="x", actor_kind="system", actor_id="t", actor_label="t",
            at=MOMENT, data={"n": n}, hash=str(n),
        )
        for n in range(2 * AT_ONCE + 3)
    ]  # fmt: skip
    insert_rows(rows)
    insert_rows([])
    assert [row.pk for row in rows] == sorted(row.pk for row in rows)
    stored = {row.pk: row for row in Event.objects.all()}
    assert all(stored[row.pk].data == {"n": row.seq} for row in rows)
    assert not any(row._state.adding for row in rows)
