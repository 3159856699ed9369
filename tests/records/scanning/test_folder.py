"""What lies in the watched scan folder goes into a batch, and only there."""

from __future__ import annotations

import pytest

from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import Office
from rathaus.records.intake import actions as intake
from rathaus.records.intake.models import Item
from rathaus.records.intake.states import Source
from rathaus.records.scanning import actions, queries
from rathaus.records.scanning.errors import MovedOn, NotReady
from rathaus.records.scanning.models import ScanBatch
from tests.records.conftest import staff
from tests.records.scanning.conftest import SCANNER
from tests.records.scanning.making import stack


def scanned_to_folder(office: Office, name: str = "scan_0001.pdf", first: int = 0) -> Item:
    item = intake.receive(
        office=office, source=Source.SCAN, name=name, content=stack(2, first=first),
        actor=Actor.system("folder"),
    )  # fmt: skip
    run_pending()
    item.refresh_from_db()
    return item


def test_a_scan_moves_from_the_folder_into_the_batch(batch: ScanBatch) -> None:
    anke = staff("anke", batch.office)
    item = scanned_to_folder(batch.office)
    assert list(queries.folder_items(anke, batch)) == [item]
    (file,) = actions.take_items(batch=batch, items=[item], actor=SCANNER)
    assert file.blob_id == item.blob_id
    item.refresh_from_db()
    assert (item.state, batch.reference in item.reason) == ("discarded", True)
    assert not queries.folder_items(anke, batch).exists()
    with pytest.raises(NotReady):
        actions.take_items(batch=batch, items=[item], actor=SCANNER)
    assert batch.files.count() == 1


def test_all_or_none_and_never_of_another_office(
    batch: ScanBatch, offices: dict[str, Office]
) -> None:
    own = scanned_to_folder(batch.office)
    came = own.blob.read()
    foreign = scanned_to_folder(offices["ordnungsamt"], "fremd.pdf", first=50)
    with pytest.raises(NotReady, match="anderen Amt"):
        actions.take_items(batch=batch, items=[own, foreign], actor=SCANNER)
    assert not batch.files.exists()
    own.refresh_from_db()
    assert own.state == "ready"
    actions.cancel_batch(batch=batch, reason="", actor=SCANNER)
    with pytest.raises(MovedOn):
        actions.take_items(batch=batch, items=[own], actor=SCANNER)
    run_pending()
    own.refresh_from_db()
    assert own.blob.read() == came  # a cancelled batch takes no scan of the folder with it
