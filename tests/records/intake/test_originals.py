"""Originals of divided stacks: how long they stay, and what goes with a destroyed case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from rathaus.core.clock import now
from rathaus.core.jobs import run_pending
from rathaus.core.models import Blob, Event
from rathaus.records import actions as records
from rathaus.records import verify
from rathaus.records.disposal import actions as disposal
from rathaus.records.disposal.models import Tombstone
from rathaus.records.intake import actions, originals, planning
from rathaus.records.intake.models import Item, Origin
from rathaus.records.models import Case
from tests.records.disposal.conftest import ANNA, BERND, CLOSED
from tests.records.intake import making
from tests.records.intake.making import CLERK

pytestmark = pytest.mark.django_db
DAYS = 180


def divided(case: Case, *pages: str) -> tuple[Item, list[Item]]:
    content = making.pdf(*(pages or ("Antrag", "Vollmacht")))
    item = making.receive(case.office, content, name="stapel.pdf")
    groups = [[number] for number in range(1, (item.pages or 0) + 1)]
    parts = actions.carry_out(plan=planning.split(item, groups), actor=CLERK)
    run_pending()
    for one in [item, *parts]:
        one.refresh_from_db()
    return item, parts


def later(days: int) -> Any:
    return time_machine.travel(now() + timedelta(days=days), tick=False)


def test_it_goes_after_its_time_and_leaves_its_digest(case: Case) -> None:
    item, parts = divided(case)
    blob = item.blob
    documents = [actions.file_item(item=part, case=case, actor=CLERK) for part in parts]
    assert originals.kept(item).until is not None
    with later(DAYS - 1):
        assert originals.run() == 0
    with later(DAYS + 1):
        assert originals.run() == 1
        assert originals.run() == 0
    assert not Item.objects.filter(pk=item.pk).exists()
    assert not Blob.objects.filter(pk=blob.pk).exists()
    gone = Event.objects.get(chain=item.chain, type="intake.original_purged").data
    assert sorted(gone["documents"]) == sorted(str(one.public_id) for one in documents)
    assert (gone["sha256"], gone["days"]) == (blob.sha256, DAYS)
    for part in parts:
        told = Event.objects.get(chain=part.chain, type="intake.original_gone").data
        assert told == {"original": str(item.public_id), "sha256": blob.sha256}
        assert part.origins.get().sha256 == blob.sha256
        assert making.page_texts(documents[part.position - 1].versions.get().read())
    assert verify.run().ok


def test_never_before_every_part_is_filed(case: Case) -> None:
    item, (one, two) = divided(case)
    actions.file_item(item=one, case=case, actor=CLERK)
    with later(10 * DAYS):
        assert originals.run() == 0
        assert originals.kept(item).until is None
        actions.file_item(item=two, case=case, actor=CLERK)
        assert originals.run() == 0  # the time counts from the last filing
    with later(11 * DAYS + 1):
        assert originals.run() == 1


def test_the_database_itself_keeps_it(case: Case) -> None:
    item, (one, _two) = divided(case)
    actions.file_item(item=one, case=case, actor=CLERK)
    orders = (
        "DELETE FROM records_intake_item WHERE id = %s",
        "UPDATE records_intake_origin SET original_id = NULL WHERE original_id = %s",
        "DELETE FROM records_intake_origin WHERE original_id = %s",
    )
    for order in orders:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(order, [item.pk])
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Origin.objects.filter(original=item).count() == 2


def test_a_hold_keeps_it_and_a_setting_too(case: Case, settings: Any) -> None:
    _item, parts = divided(case)
    for part in parts:
        actions.file_item(item=part, case=case, actor=CLERK)
    hold = disposal.set_hold(case=case, reason="Klage vor dem Verwaltungsgericht", actor=ANNA)
    with later(2 * DAYS):
        assert originals.run() == 0
        disposal.release_hold(hold=hold, reason="Klage zurückgenommen", actor=BERND)
        settings.RATHAUS_INTAKE_ORIGINAL_DAYS = 0
        assert originals.run() == 0
        settings.RATHAUS_INTAKE_ORIGINAL_DAYS = 30
        assert originals.run() == 1


def test_parts_of_parts_go_from_the_newest(case: Case) -> None:
    item, (part,) = divided(case, "nur eine Seite")
    (again,) = actions.carry_out(plan=planning.edit(part, [(1, 90)]), actor=CLERK)
    run_pending()
    again.refresh_from_db()
    actions.file_item(item=again, case=case, actor=CLERK)
    with later(DAYS + 1):
        assert originals.run() == 1
        assert originals.run() == 1
    assert list(Item.objects.all()) == [again]
    assert not Item.objects.filter(pk__in=[item.pk, part.pk]).exists()


def filed_long_ago(case: Case) -> tuple[Item, list[Item]]:
    with time_machine.travel(CLOSED, tick=False):
        item, parts = divided(case)
        mail = making.receive(
            case.office, making.mail(("anhang.txt", b"bleibt liegen", "text/plain"))
        )
        actions.file_item(item=mail, case=case, actor=CLERK, with_children=False)
        for part in parts:
            actions.file_item(item=part, case=case, actor=CLERK)
        run_pending()
        records.close_case(case=case, actor=CLERK)
    return item, parts


def destroy(case: Case) -> None:
    case.refresh_from_db()
    process = disposal.begin(cases=[case], archive=None, waiver="Katalog", actor=ANNA)
    disposal.decide(process=process, actor=ANNA)
    disposal.propose(process=process, actor=ANNA)
    disposal.release(process=process, actor=BERND)
    run_pending()


@pytest.fixture
def opened(case: Case) -> Case:
    from tests.records.conftest import open_case

    with time_machine.travel(datetime(1990, 1, 2, 10, tzinfo=CLOSED.tzinfo), tick=False):
        return open_case(case.office, title="Alter Fall")


def test_with_a_destroyed_case_goes_what_was_taken_in_for_it(opened: Case) -> None:
    item, parts = filed_long_ago(opened)
    destroy(opened)
    assert Tombstone.objects.get().reference == opened.reference
    left = Item.objects.get()
    assert (left.name, left.parent) == ("anhang.txt", None)
    for one in [item, *parts]:
        blob = Blob.objects.filter(pk=one.blob_id).first()
        assert blob is None or not blob.wrapped_key
    assert verify.run().ok


def test_what_another_case_still_needs_stays(opened: Case, case: Case) -> None:
    with time_machine.travel(CLOSED, tick=False):
        item, (one, two) = divided(opened)
        actions.file_item(item=one, case=opened, actor=CLERK)
        records.close_case(case=opened, actor=CLERK)
    destroy(opened)
    item.refresh_from_db()
    two.refresh_from_db()
    assert (item.state, two.state) == ("replaced", "ready")
    assert item.read()
    actions.file_item(item=two, case=case, actor=CLERK)
    with later(DAYS + 1):
        assert originals.run() == 1
