"""What the database refuses about disposal, whoever asks; and what verification notices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from rathaus.core.jobs import run_pending
from rathaus.core.models import Blob
from rathaus.records import verify
from rathaus.records.disposal import actions, checks
from rathaus.records.disposal.models import Item, LegalHold, Process, Tombstone
from rathaus.records.models import Case, Document, DocumentVersion, Dossier
from tests.records.conftest import file, open_case
from tests.records.disposal.conftest import ANNA, BERND, old_case
from tests.support.tamper import execute

pytestmark = pytest.mark.django_db


@pytest.fixture
def destroying(old: list[Case]) -> Case:
    """The V case as it is while its destruction runs."""
    process = actions.begin(cases=old[2:], archive=None, waiver="Katalog", actor=ANNA)
    actions.decide(process=process, actor=ANNA)
    process.items.update(state="destroying")
    return old[2]


def delete(case: Case) -> None:
    """In the right order, as somebody with SQL would."""
    with transaction.atomic():
        DocumentVersion.objects.filter(document__case=case)._raw_delete("default")
        Document.objects.filter(case=case)._raw_delete("default")
        Item.objects.filter(case=case).update(case=None)
        LegalHold.objects.filter(case=case)._raw_delete("default")
        Case.objects.filter(pk=case.pk)._raw_delete("default")


def test_a_released_case_goes(destroying: Case) -> None:
    delete(destroying)
    assert not Case.objects.filter(pk=destroying.pk).exists()


@pytest.mark.parametrize("state", ["planned", "appraised", "prepared", "released", "withdrawn"])
def test_not_before_it_is_released(destroying: Case, state: str) -> None:
    Item.objects.update(state=state)
    with pytest.raises(DatabaseError):
        delete(destroying)


def test_not_without_any_process(old: list[Case]) -> None:
    for rows in (
        DocumentVersion.objects.filter(document__case=old[2]),
        Document.objects.filter(case=old[2]),
        Case.objects.filter(pk=old[2].pk),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete("default")


def test_not_what_the_archive_wants_before_it_has_it(destroying: Case) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Item.objects.update(verdict="A")
    Item.objects.update(verdict="A", archived=True)
    delete(destroying)


def test_not_under_a_hold(destroying: Case) -> None:
    hold = LegalHold.objects.create(
        case=destroying, reason="Klage", set_by="x", set_at=destroying.opened_at
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        DocumentVersion.objects.filter(document__case=destroying)._raw_delete("default")
    LegalHold.objects.filter(pk=hold.pk).update(released_at=destroying.opened_at)
    delete(destroying)


@pytest.mark.parametrize("levels", [0, 1, 4])
def test_not_under_a_hold_of_a_dossier_above(destroying: Case, levels: int) -> None:
    above = destroying.dossier
    for level in range(levels):
        parent = Dossier.objects.create(
            reference=f"oben {level}",
            title="oben",
            filing_plan_entry=above.filing_plan_entry,
            year=1990,
            office=above.office,
            opened_at=above.opened_at,
            automatic=False,
        )
        Dossier.objects.filter(pk=above.pk).update(parent=parent)
        above = parent
    LegalHold.objects.create(dossier=above, reason="Klage", set_by="x", set_at=above.opened_at)
    with pytest.raises(DatabaseError):
        delete(destroying)


def test_a_hold_that_has_run_out_is_none(destroying: Case) -> None:
    LegalHold.objects.create(
        case=destroying,
        reason="Klage",
        set_by="x",
        set_at=destroying.opened_at,
        until=destroying.opened_at.date(),
    )
    delete(destroying)


def test_two_documents_of_a_running_case_stay(destroying: Case, old: list[Case]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(case=old[0])._raw_delete("default")


@pytest.fixture
def gone(destroying: Case) -> Tombstone:
    Item.objects.update(state="appraised")
    process = Process.objects.get()
    actions.propose(process=process, actor=ANNA)
    actions.release(process=process, actor=BERND)
    run_pending()
    return Tombstone.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        lambda: Tombstone.objects.update(reference="x"),
        lambda: Tombstone.objects.all().delete(),
        lambda: Tombstone.objects.update(released_by="niemand"),
    ],
)
def test_a_tombstone_stays_as_it_is(gone: Tombstone, change: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def whats() -> set[str]:
    return {finding.what for finding in verify.run().findings}


def test_a_destroyed_case_is_not_missing(gone: Tombstone) -> None:
    report = verify.run()
    assert report.ok, report.findings
    assert report.destroyed == 1


def test_a_removed_tombstone_is_noticed(gone: Tombstone) -> None:
    execute("DELETE FROM records_disposal_tombstone")
    assert "case missing" in whats() and "numbers missing" in whats()


def test_a_tombstone_with_another_proof_is_noticed(gone: Tombstone) -> None:
    execute("UPDATE records_disposal_tombstone SET chain_head = 'x'")
    assert {"history went on after destruction", "event of destruction missing"} <= whats()


def test_a_case_removed_without_destruction_is_missing(old: list[Case]) -> None:
    bare = old_case(old[0].office, documents=[])
    execute("DELETE FROM records_case WHERE id = %s", bare.pk)
    assert "case missing" in whats()


def test_the_guards_are_all_there(db: None) -> None:
    assert checks.missing_guards() == []


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("records_case_only_released", "records_case"),
        ("records_case_no_delete", "records_case"),
        ("core_event_no_update", "core_event"),
        ("records_disposal_tombstone_no_delete", "records_disposal_tombstone"),
    ],
)
def test_a_dropped_guard_is_noticed(db: None, name: str, table: str) -> None:
    on = "" if connection.vendor == "sqlite" else f" ON {table}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    assert name in checks.missing_guards()
    findings = verify.run().findings
    assert [f.object for f in findings if f.what == "guard missing"] == [f"Schutzregel {name}"]


def test_a_guard_that_was_made_harmless_is_noticed(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER records_case_only_released")
            cursor.execute(
                "CREATE TRIGGER records_case_only_released BEFORE DELETE ON records_case "
                "WHEN 0 BEGIN SELECT RAISE(ABORT, 'never'); END"
            )
        else:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION records_case_only_released_check() RETURNS trigger "
                "LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$"
            )
    assert any("records_case_only_released" in name for name in checks.missing_guards())


def test_a_destroyed_content_is_not_filed_without_its_bytes(
    gone: Tombstone, old: list[Case]
) -> None:
    dead = Blob.objects.filter(wrapped_key=b"").first()
    assert dead is not None
    other = open_case(old[0].office)
    with pytest.raises(DatabaseError), transaction.atomic():
        file(other, dead)  # type: ignore[arg-type]
    again = file(other, b"Inhalt von Fall 33.20")
    assert again.current.read() == b"Inhalt von Fall 33.20"
