"""Destruction: what goes, what stays, crashes, two at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import connection, models, transaction

from rathaus.core import storage
from rathaus.core.jobs import run_pending
from rathaus.core.models import Blob, Job
from rathaus.organisation.models import Office
from rathaus.records import actions as records
from rathaus.records import verify
from rathaus.records.disposal import actions, destruction, jobs, protocol, removal
from rathaus.records.disposal.errors import StillReferenced
from rathaus.records.disposal.models import Item, Process, Remains, Tombstone
from rathaus.records.models import Case, Document, DraftDocument, Rendition
from tests.records.conftest import SYSTEM, file, open_case
from tests.records.disposal.conftest import ANNA, BERND, bytes_in_storage, old_case

BIG = b"Urkunde " * 5_000
pytestmark = pytest.mark.django_db


def released(*cases: Case) -> Process:
    process = actions.begin(cases=list(cases), archive=None, waiver="Katalog", actor=ANNA)
    actions.decide(process=process, actor=ANNA)
    actions.propose(process=process, actor=ANNA)
    actions.release(process=process, actor=BERND)
    return process


@pytest.fixture
def case(offices: dict[str, Office], plan: int) -> Case:
    """With a large document, a rendition and a draft."""
    case = old_case(offices["ordnungsamt"], documents=[BIG, b"klein"])
    version = case.documents.get(title__endswith="0").current
    records.add_rendition(version=version, kind="pdf", content=b"%PDF" + BIG, actor=SYSTEM)
    DraftDocument.objects.create(
        case=case,
        title="Entwurf",
        name="e.txt",
        content_type="text/plain",
        blob=storage.put(b"Entwurf " * 2_000),
        author="x",
        created_at=case.opened_at,
        updated_at=case.opened_at,
    )
    return case


def test_files_renditions_and_drafts_go(case: Case, tmp_path: Path) -> None:
    assert len(bytes_in_storage(tmp_path)) == 3
    blobs = list(Blob.objects.all())
    released(case)
    run_pending()
    names = {blob.name for blob in blobs if blob.name}
    left = {str(path.relative_to(tmp_path / "records")) for path in bytes_in_storage(tmp_path)}
    assert not names & left
    assert not Remains.objects.exists()
    assert not Rendition.objects.filter(version__document__case=case.pk).exists()
    assert not DraftDocument.objects.exists()
    stone = Tombstone.objects.get()
    assert stone.documents == 2 and stone.size > 2 * len(BIG)
    assert verify.run().ok


def test_what_another_case_holds_too_stays(case: Case, offices: dict[str, Office]) -> None:
    other = file(open_case(offices["buergerbuero"]), BIG)
    draft = DraftDocument.objects.create(
        case=other.case,
        title="Entwurf eines anderen",
        name="k.txt",
        content_type="text/plain",
        blob=storage.put(b"klein"),
        author="x",
        created_at=case.opened_at,
        updated_at=case.opened_at,
    )
    released(case)
    run_pending()
    assert other.current.read() == BIG
    assert storage.read(Blob.objects.get(pk=draft.blob_id)) == b"klein"
    assert Tombstone.objects.get().kept_files == 2
    assert verify.run().ok


def test_the_last_one_takes_the_bytes_with_it(case: Case, offices: dict[str, Office]) -> None:
    other = old_case(offices["ordnungsamt"], "zweiter", documents=[BIG])
    blob = other.documents.get().current.blob
    process = released(case, other)
    run_pending()
    blob.refresh_from_db()
    assert not blob.wrapped_key
    process.refresh_from_db()
    assert process.state == "finished"


@pytest.mark.one_database
def test_deleted_rows_are_overwritten(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small contents and keys lie in rows: they must not stay in free pages of SQLite."""
    seen: list[int] = []
    original = destruction._remove

    def look(found: Case) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete")
            seen.append(cursor.fetchone()[0])
        return original(found)

    monkeypatch.setattr(destruction, "_remove", look)
    released(case)
    run_pending()
    assert seen == [1]


def test_a_protecting_row_of_another_room_stops_it_loudly(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = released(case)

    def foreign(relation: Any, keys: list[Any], gone: Any, depth: int) -> None:
        raise StillReferenced("payments.Claim.case (1)")

    monkeypatch.setattr(removal, "_relation", foreign)
    with pytest.raises(StillReferenced, match=r"payments\.Claim"):
        destruction.destroy(process.items.get())
    assert process.items.get().state == "released"
    assert Case.objects.filter(pk=case.pk).exists()


def test_sub_apps_say_what_goes_and_in_which_order(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "_removers", {})
    said: list[str] = []
    for name, order in (("spät", 90), ("früh", 10)):

        def remove(found: Case, name: str = name) -> int:
            said.append(name)
            return 1

        removal.register(name, order=order)(remove)
    released(case)
    run_pending()
    assert said == ["früh", "spät"]


class Killed(BaseException):
    """The process was killed here."""


STEPS: list[tuple[Any, str, bool]] = [
    (destruction, "_remove", True),
    (destruction, "_bury", True),
    (destruction, "sweep", False),
    (jobs, "enqueue", False),
    (protocol, "render", True),
    (records, "file_document", True),
]
"""Where it is killed: before the step, or right after it."""


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[1])
@pytest.mark.django_db(transaction=True)
@pytest.mark.one_database
def test_killed_between_two_steps_it_goes_on(
    case: Case, step: tuple[Any, str, bool], tmp_path: Path
) -> None:
    process = released(case)
    module, name, after = step
    original: Callable[..., Any] = getattr(module, name)

    def dies(*args: Any, **kwargs: Any) -> Any:
        if after:
            original(*args, **kwargs)
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, dies)
        with pytest.raises(Killed):
            run_pending()
    Job.objects.filter(state="running").delete()  # its lease has run out
    jobs.sweep()
    run_pending()
    process.refresh_from_db()
    assert process.state == "finished"
    assert process.items.get().state == "destroyed"
    assert Tombstone.objects.count() == 1
    assert Document.objects.filter(title__startswith="Protokoll").count() == 1
    assert not Remains.objects.exists()
    kept = {blob.name for blob in Blob.objects.exclude(name="")}
    on_disk = {str(p.relative_to(tmp_path / "records")) for p in bytes_in_storage(tmp_path)}
    assert on_disk == kept
    assert verify.run().ok


@pytest.mark.django_db(transaction=True)
def test_two_workers_destroy_once(case: Case) -> None:
    process = released(case)
    Job.objects.all().delete()
    item = process.items.get()
    results: list[bool] = []
    barrier = threading.Barrier(2)

    def work() -> None:
        try:
            barrier.wait()
            results.append(destruction.destroy(Item.objects.get(pk=item.pk)))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert Tombstone.objects.count() == 1


def test_an_orphaned_file_is_swept(case: Case, tmp_path: Path) -> None:
    blob = Blob.objects.exclude(name="").first()
    assert blob is not None
    with transaction.atomic():
        Remains.objects.create(name=blob.name, at=case.opened_at)
    assert destruction.sweep() == 1
    assert not storages["records"].exists(blob.name)
    assert destruction.sweep() == 0


def test_the_protocol_names_no_person_of_the_case(case: Case) -> None:
    process = released(case)
    run_pending()
    process.refresh_from_db()
    text = str(protocol.data(process).model_dump())
    assert case.reference in text and ANNA.label in text and BERND.label in text
    assert case.title not in text
    assert "Katalog" in text


def test_every_reference_to_a_record_is_one_that_disposal_understands() -> None:
    """A new table that protects a case from outside the record needs a listener of its own."""
    listened = {f"proceedings.{name}" for name in ("Application", "Letter", "Verification")}
    for model in (Case, Document):
        for relation in removal.references(model):
            found: Any = relation.related_model
            if found._meta.app_label.startswith("records"):
                continue
            if relation.on_delete in (models.CASCADE, models.SET_NULL):
                continue
            assert found._meta.label in listened, found._meta.label
