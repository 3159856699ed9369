"""A batch from the first sheet to the transfer note."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from rathaus.core.events import verify_chain
from rathaus.core.jobs import run_pending
from rathaus.core.models import Blob, Event
from rathaus.records import actions as records
from rathaus.records import verify
from rathaus.records.models import Case, Document
from rathaus.records.scanning import actions, note, queries
from rathaus.records.scanning.errors import MovedOn, NotReady, ProfileInvalid
from rathaus.records.scanning.models import ScanBatch, ScanFile, ScanPage, ScanProfile
from tests.records.scanning.conftest import (
    DATA,
    MANAGER,
    SCANNER,
    new_batch,
    scanned,
    transferred,
)
from tests.records.scanning.making import page, pdf, stack, tiff


def test_a_stack_becomes_documents_with_a_note_beside_them(batch: ScanBatch) -> None:
    transferred(batch)
    documents = list(Document.objects.filter(case=batch.case).with_versions())
    assert [d.title for d in documents] == [
        "brief 0", "brief 6", f"Transfervermerk {batch.reference}",
    ]  # fmt: skip
    note = PdfReader(BytesIO(documents[2].current.read()))
    text = " ".join(page.extract_text() for page in note.pages)
    for expected in ("Kyocera 4054ci", "Jan de Haan", "Tomma Ihnen", "bildlich und inhaltlich"):
        assert expected in text
    assert "pdfaid" in str(note.xmp_metadata and note.xmp_metadata.stream.get_data())


def test_the_note_is_structured_in_both_chains_and_can_be_recomputed(batch: ScanBatch) -> None:
    transferred(batch)
    case = Case.objects.select_related("chain").get(pk=batch.case_id)
    rows = [Event.objects.get(chain=c, type="scan.transferred") for c in (batch.chain, case.chain)]
    assert rows[0].data == rows[1].data
    data = rows[0].data
    assert (data["sheets"], data["pages"], data["profile_version"]) == (10, 10, 1)
    lines = "".join(f"{f.blob.sha256}  {f.name}\n" for f in batch.files.select_related("blob"))
    assert data["digest"] == hashlib.sha256(lines.encode()).hexdigest() == batch.digest
    filed = {str(d.public_id) for d in Document.objects.filter(case=case)}
    assert {f["document"] for f in data["files"]} < filed
    assert Blob.objects.filter(sha256=data["note_sha256"]).exists()
    assert not verify_chain(batch.chain)
    assert verify.run().ok


def test_a_batch_keeps_the_profile_it_began_with(batch: ScanBatch, profile: ScanProfile) -> None:
    changed = {**DATA, "resolution": 600}
    actions.save_profile(
        name=profile.name, office=profile.office, data=changed, actor=MANAGER, profile=profile
    )
    assert profile.latest == 2
    fresh = ScanBatch.objects.with_profile().get(pk=batch.pk)
    assert (fresh.profile.number, fresh.profile.parsed.resolution) == (1, 300)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE records_scanning_profileversion SET number = 7")


def test_saving_the_same_profile_again_makes_no_version(profile: ScanProfile) -> None:
    actions.save_profile(
        name=profile.name, office=profile.office, data=DATA, actor=MANAGER, profile=profile
    )
    assert profile.versions.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"device": ""}, "device"),
        ({"resolution": 72}, "resolution"),
        ({"resolution": "viel"}, "resolution"),
        ({"sample_percent": 0}, "sample_percent"),
        ({"integrity": "very_high", "sample_percent": 99}, "sample_percent"),
        ({"paper_count": 0}, "paper_count"),
        ({"colour": "bunt"}, "colour"),
    ],
)
@pytest.mark.one_database
def test_a_profile_that_makes_no_sense(
    profile: ScanProfile, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(ProfileInvalid) as caught:
        actions.save_profile(
            name="Neu", office=profile.office, data={**DATA, **change}, actor=MANAGER
        )
    assert field in caught.value.errors


def test_two_profiles_of_one_office_have_two_names(profile: ScanProfile) -> None:
    with pytest.raises(ProfileInvalid) as caught:
        actions.save_profile(name=" Posteingang ", office=profile.office, data=DATA, actor=MANAGER)
    assert "schon ein Profil" in caught.value.errors["name"]


def test_missing_pages_need_an_explanation(batch: ScanBatch) -> None:
    scanned(batch, 8)
    with pytest.raises(NotReady, match="passen nicht zusammen"):
        actions.transfer(batch=batch, states_match=True, remark=" ", actor=SCANNER)
    remark = "Zwei Blätter waren leere Trennblätter."
    actions.transfer(batch=batch, states_match=True, remark=remark, actor=SCANNER)
    event = Event.objects.get(chain=batch.chain, type="scan.transferred")
    assert event.personal == {"remark": remark}
    assert event.data["result"] == "mit Erklärung übergeben"


def test_nothing_goes_over_without_the_word_of_the_person(batch: ScanBatch) -> None:
    scanned(batch, 10)
    with pytest.raises(NotReady, match="Bestätigen"):
        actions.transfer(batch=batch, states_match=False, remark="", actor=SCANNER)


def test_what_is_not_looked_at_yet_waits(batch: ScanBatch) -> None:
    actions.add_file(batch=batch, content=stack(10), name="a.pdf", actor=SCANNER)
    with pytest.raises(NotReady, match="noch angesehen"):
        actions.transfer(batch=batch, states_match=True, remark="", actor=SCANNER)


def test_an_empty_batch_a_batch_without_case_and_a_closed_case(
    batch: ScanBatch, profile: ScanProfile
) -> None:
    with pytest.raises(NotReady, match="leer"):
        actions.transfer(batch=batch, states_match=True, remark="", actor=SCANNER)
    case = batch.case
    assert case is not None
    records.close_case(case=case, actor=SCANNER)
    scanned(batch, 10)
    with pytest.raises(NotReady, match="abgeschlossen"):
        actions.transfer(batch=batch, states_match=True, remark="", actor=SCANNER)
    alone = actions.open_batch(
        profile=profile, sheets=1, origin="x", prepared_by="y", actor=SCANNER
    )
    scanned(alone, 1, first=50)
    with pytest.raises(NotReady, match="zu welchem Vorgang"):
        actions.transfer(batch=alone, states_match=True, remark="", actor=SCANNER)


def test_a_transfer_happens_once(batch: ScanBatch) -> None:
    transferred(batch)
    with pytest.raises((MovedOn, NotReady)):
        actions.transfer(batch=batch, states_match=True, remark="", actor=SCANNER)
    with pytest.raises(MovedOn):
        actions.add_file(batch=batch, content=stack(1, first=77), name="z.pdf", actor=SCANNER)
    with pytest.raises(MovedOn):
        actions.cancel_batch(batch=batch, reason="", actor=SCANNER)
    assert Document.objects.filter(case=batch.case).count() == 3


@pytest.mark.parametrize("what", ["added", "removed", "paper stays"])
def test_what_a_colleague_changes_meanwhile_is_not_handed_over_unseen(
    batch: ScanBatch, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The note is written before the transaction: it must tell what is filed, no more, no less."""
    scanned(batch, 6, 4)
    real = note.transfer_pdf

    def meanwhile(**known: Any) -> bytes:
        file = batch.files.latest("position")
        if what == "added":
            actions.add_file(batch=batch, content=stack(1, first=50), name="z.pdf", actor=SCANNER)
        elif what == "removed":
            actions.remove_file(file=file, actor=SCANNER)
        else:
            ScanFile.objects.filter(pk=file.pk).update(kept_kind="Urkunden", kept_where="Tresor")
        return real(**known)

    monkeypatch.setattr(note, "transfer_pdf", meanwhile)
    with pytest.raises(MovedOn):
        actions.transfer(batch=batch, states_match=True, remark="", actor=SCANNER)
    batch.refresh_from_db()
    assert batch.state == "open"
    assert not Document.objects.filter(case=batch.case).exists()


def test_blank_double_and_long_pages_are_hints(batch: ScanBatch) -> None:
    pages = [page(1), page(2), page(2), page(3), page(4, blank=True), page(5), page(6), page(7)]
    pages += [page(8), page(9, longer=1.8)]
    actions.add_file(batch=batch, content=pdf(*pages), name="a.pdf", actor=SCANNER)
    run_pending()
    found = {hint.kind: hint.text for hint in queries.completeness(batch).hints}
    assert set(found) == {"blank", "twice", "long"}
    assert "Seite 3" in found["twice"]
    assert "Seite 5" in found["blank"]
    assert "Seite 10" in found["long"]


def test_a_tiff_with_several_pages_is_read_like_a_pdf(batch: ScanBatch) -> None:
    content = tiff(*(page(n) for n in range(3)))
    file = actions.add_file(batch=batch, content=content, name="a.tif", actor=SCANNER)
    run_pending()
    file.refresh_from_db()
    assert (file.state, file.page_count) == ("read", 3)
    sizes = set(ScanPage.objects.filter(file=file).values_list("width", "height"))
    assert sizes == {(210, 297)}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00" + bytes(200),
        b"<html>%PDF-x" * 200 + b"<script>",
        b"PK\x03\x04" + bytes(50),
    ],
)
@pytest.mark.one_database
def test_what_is_no_scan_is_refused(batch: ScanBatch, content: bytes) -> None:
    if b"%PDF-" in content[:1024]:  # claims to be a PDF: taken in, found to be unreadable
        file = actions.add_file(batch=batch, content=content, name="a.pdf", actor=SCANNER)
        run_pending()
        file.refresh_from_db()
        assert file.state == "unreadable"
        with pytest.raises(NotReady, match="nicht lesbar"):
            actions.transfer(batch=batch, states_match=True, remark="egal was", actor=SCANNER)
        return
    with pytest.raises(NotReady):
        actions.add_file(batch=batch, content=content, name="a.pdf", actor=SCANNER)
    assert not batch.files.exists()


def test_hostile_names_become_harmless(batch: ScanBatch) -> None:
    name = "../../etc/\u202efdp.exe\x00\r\nContent-Type: x.pdf"
    file = actions.add_file(batch=batch, content=stack(1), name=name, actor=SCANNER)
    assert not set(file.name) & set("/\\\x00\r\n\u202e")


def test_the_same_file_twice_is_noticed(batch: ScanBatch) -> None:
    actions.add_file(batch=batch, content=stack(1), name="a.pdf", actor=SCANNER)
    with pytest.raises(NotReady, match="schon in diesem Stapel"):
        actions.add_file(batch=batch, content=stack(1), name="b.pdf", actor=SCANNER)


def test_what_is_taken_out_leaves_no_bytes(batch: ScanBatch) -> None:
    scanned(batch, 3)
    actions.remove_file(file=batch.files.get(), actor=SCANNER)
    run_pending()
    assert not ScanFile.objects.exists()
    assert not Blob.objects.exists()


def test_a_cancelled_batch_keeps_its_history_only(batch: ScanBatch) -> None:
    scanned(batch, 2)
    actions.cancel_batch(batch=batch, reason="falscher Ordner", actor=SCANNER)
    run_pending()
    assert not Blob.objects.exists()
    assert [e.type for e in batch.chain.events.order_by("seq")] == [
        "scan.opened", "scan.file_added", "scan.cancelled",
    ]  # fmt: skip


def test_paper_of_an_excluded_kind_needs_a_place(batch: ScanBatch) -> None:
    file = actions.add_file(batch=batch, content=stack(1), name="a.pdf", actor=SCANNER)
    values = {"file": file, "title": "Geburtsurkunde", "document_kind": "upload", "actor": SCANNER}
    with pytest.raises(NotReady, match="wo das Papier bleibt"):
        actions.keep_paper_of(kind="Urkunden", where=" ", **values)
    with pytest.raises(NotReady, match="aus dem Profil"):
        actions.keep_paper_of(kind="Erfundenes", where="Tresor", **values)
    actions.keep_paper_of(kind="Urkunden", where="Tresor, Fach 3", **values)
    file.refresh_from_db()
    assert (file.kept_where, file.title, file.kind) == (
        "Tresor, Fach 3", "Geburtsurkunde", "upload",
    )  # fmt: skip


@pytest.mark.parametrize("sheets", [0, -1, 20_001])
def test_sheets_are_counted(profile: ScanProfile, case: Case, sheets: int) -> None:
    with pytest.raises(NotReady, match="Zählen"):
        new_batch(profile, case, sheets=sheets)
