"""A scanned or imported case is destroyed at the end of its retention: nothing of it stays."""

from __future__ import annotations

from django.db import transaction

from rathaus.core.clock import today
from rathaus.core.events import verify_chain
from rathaus.core.models import Blob, EventPersonalData
from rathaus.organisation.models import Office
from rathaus.records.disposal import removal
from rathaus.records.legacy import actions as legacy
from rathaus.records.legacy.models import Imported, Shelf, ShelfWork
from rathaus.records.models import Case
from rathaus.records.scanning import actions
from rathaus.records.scanning.models import SampleCheck, ScanBatch, ScanFile, ScanPage
from tests.records.scanning.conftest import CHECKER, SCANNER, transferred
from tests.records.scanning.test_check import check_all
from tests.support.tamper import without_guards


def destroy(case: Case) -> removal.Gone:
    """As disposal does it, once the law allows it."""
    gone = removal.Gone()
    with without_guards(), transaction.atomic():
        removal.run_registered(case)
        removal.remove_below(Case, [case.pk], gone)
    return gone


def test_nothing_of_a_scanned_case_stays(batch: ScanBatch, offices: dict[str, Office]) -> None:
    check_all(actions.start_check(batch=transferred(batch), actor=CHECKER))
    shelf = legacy.save_shelf(
        office=offices["buergerbuero"], room="Keller", name="1", centimetres=100, actor=SCANNER
    )
    legacy.record_work(shelf=shelf, centimetres=40, day=today(), actor=SCANNER, batch=batch)
    chain = batch.chain
    case = Case.objects.get(pk=batch.case_id)
    gone = destroy(case)
    for model in (ScanBatch, ScanFile, ScanPage, SampleCheck):
        assert not model.objects.exists(), model
    personal = EventPersonalData.objects.filter(event__chain=chain)
    assert not personal.exists()
    chain.refresh_from_db()
    assert not verify_chain(chain)
    unused = [pk for pk in gone.blobs if not removal.still_used(pk)]
    assert len(unused) == Blob.objects.filter(pk__in=gone.blobs).count()
    assert ShelfWork.objects.get().batch is None  # the metres stay counted
    assert Shelf.objects.get().cleared == 40
    assert not Imported.objects.exists()
