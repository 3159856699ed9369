"""What the database refuses, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from rathaus.core.models import Chain
from rathaus.records import actions
from rathaus.records.disposal.models import Item, Process
from rathaus.records.models import Case, Document, DocumentVersion
from tests.records.conftest import CLERK, file

pytestmark = pytest.mark.django_db


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_documentversion SET name = 'x'",
        "UPDATE records_documentversion SET blob_id = blob_id + 1",
        "UPDATE records_document SET kind = 'note'",
        "UPDATE records_document SET created_at = '2020-01-01'",
        "UPDATE records_case SET reference = 'x'",
        "UPDATE records_case SET salt = 'x'",
        "DELETE FROM records_documentversion",
        "DELETE FROM records_document",
        "DELETE FROM records_case",
    ],
)
def test_what_is_filed_stays(case: Case, statement: str) -> None:
    file(case)
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(statement)
    assert DocumentVersion.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda: DocumentVersion.objects.all().delete(),
        lambda: DocumentVersion.objects.update(number=7),
        lambda: (
            Document.objects.filter(versions=None).update(kind="note")
            or Document.objects.update(kind="note")
        ),
        lambda: Case.objects.get().save(),
    ],
)
def test_the_orm_is_no_way_around(case: Case, change: Callable[[], object]) -> None:
    file(case)
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_nothing_goes_before_the_last_day_of_retention(case: Case) -> None:
    document = file(case)
    actions.close_case(case=case, actor=CLERK)
    for row in (document.versions.all(), Document.objects.all(), Case.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            row._raw_delete("default")  # type: ignore[attr-defined]


def test_after_retention_the_database_lets_go_of_what_was_released(case: Case) -> None:
    with time_machine.travel(datetime(2019, 5, 1, tzinfo=UTC)):
        actions.close_case(case=case, actor=CLERK)
    document = Document.objects.create(
        case=case, title="alt", kind="note", direction="in", created_at=case.opened_at
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=document.pk)._raw_delete("default")  # type: ignore[attr-defined]
    released(case)
    assert Document.objects.filter(pk=document.pk)._raw_delete("default") == 1  # type: ignore[attr-defined]


def released(case: Case) -> None:
    """A destruction of the case as it is while it runs, released by two people."""
    process = Process.objects.create(
        reference="AUS-1", chain=Chain.objects.create(kind="disposal"), created_at=case.opened_at
    )
    Item.objects.create(
        process=process,
        case=case,
        case_uuid=case.public_id,
        dossier_uuid=case.dossier.public_id,
        reference=case.reference,
        proposal="V",
        verdict="V",
        state="destroying",
    )


@pytest.mark.parametrize("until", ["2020-01-01", "2028-12-30"])
def test_retention_is_never_shortened(case: Case, until: str) -> None:
    with time_machine.travel(datetime(2026, 5, 1, tzinfo=UTC)):
        actions.close_case(case=case, actor=CLERK)
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.update(retention_until=until)
    Case.objects.update(retention_until="2040-12-31")


def test_retention_cannot_end_before_the_case_was_closed(case: Case) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.update(
            state="closed",
            closed_at=datetime(2026, 5, 1, tzinfo=UTC),
            retention_until="2020-12-31",
        )


def test_emptying_the_table_is_refused(case: Case) -> None:
    file(case)
    statement = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE"
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(f"{statement} records_documentversion")
