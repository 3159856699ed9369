"""From the offer to the protocol: what goes out, what comes in, what is left."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from rathaus.core import storage
from rathaus.core.jobs import run_pending
from rathaus.core.models import Blob, EventPersonalData, Job
from rathaus.records import verify
from rathaus.records.disposal import actions, exchange, queries, receiving
from rathaus.records.disposal.errors import DisposalRefused, SamePerson
from rathaus.records.disposal.models import Archive, Process, Tombstone
from rathaus.records.models import Case, Document, DocumentVersion
from rathaus.search.models import Entry
from tests.records.disposal.conftest import (
    ANNA,
    BERND,
    ArchiveSide,
    item,
    make_archive,
    verdicts_of,
)

pytestmark = pytest.mark.django_db


def fresh(process: Process) -> Process:
    return queries.process_of(process.public_id)


def test_the_whole_way(offered: Process, side: ArchiveSide, old: list[Case]) -> None:
    sent = offered.messages.get(code="0501")
    assert sent.state == "sent" and (exchange.outbox(offered.partner) / sent.name).exists()
    assert receiving.take_in(side.receipt("0504")).accepted
    taken = receiving.take_in(side.appraise(verdicts_of(offered)))
    assert taken.accepted, taken.reason
    assert taken.summary == "2 archivwürdig, 1 zu vernichten"
    run_pending()
    process = fresh(offered)
    assert process.state == "appraised"
    assert process.messages.get(code="0505").state == "sent"

    actions.transfer(process=process, actor=ANNA)
    run_pending()
    process = fresh(process)
    assert process.messages.get(code="0503").state == "sent"
    assert receiving.take_in(side.receipt("0507")).accepted
    results = {
        str(item(process, "32.10").case_uuid): (True, "", "AR 4711"),
        str(item(process, "10.20").case_uuid): (False, "Prüfsumme falsch", ""),
    }
    taken = receiving.take_in(side.imported(results))
    assert taken.summary == "1 übernommen, 1 nicht übernommen"
    process = fresh(process)
    assert process.state == "confirmed"
    assert item(process, "10.20").state == "kept"

    assert actions.propose(process=process, actor=ANNA) == 2
    with pytest.raises(SamePerson):
        actions.release(process=process, actor=ANNA)
    assert actions.release(process=process, actor=BERND) == 2
    run_pending()
    process = fresh(process)
    assert process.state == "finished", Job.objects.filter(state="ready").values_list("last_error")
    assert process.protocol is not None
    assert process.protocol.case.dossier.filing_plan_entry.code == "10.70"
    assert process.protocol.current.read().startswith(b"%PDF")

    gone = {old[0].pk, old[2].pk}
    assert set(Case.objects.filter(pk__in=[case.pk for case in old])) == {old[1]}
    stones = {stone.reference: stone for stone in Tombstone.objects.all()}
    assert set(stones) == {case.reference for case in old if case.pk in gone}
    stone = stones[old[0].reference]
    assert (stone.verdict, stone.archive_ident) == ("A", "AR 4711")
    assert stone.proposed_by == ANNA.label and stone.released_by == BERND.label
    assert not Document.objects.filter(case__in=gone).exists()
    assert not Entry.objects.filter(key=str(old[0].public_id)).exists()
    assert not EventPersonalData.objects.filter(event__chain=old[0].chain).exists()
    report = verify.run()
    assert report.ok, report.findings


def test_destroyed_bytes_and_keys_are_gone(offered: Process, side: ArchiveSide) -> None:
    blobs = list(
        Blob.objects.filter(document_versions__document__case__disposal_items__process=offered)
    )
    receiving.take_in(side.appraise(dict.fromkeys(verdicts_of(offered), "V")))
    process = fresh(offered)
    actions.propose(process=process, actor=ANNA)
    actions.release(process=process, actor=BERND)
    run_pending()
    for blob in blobs:
        blob.refresh_from_db()
        assert not blob.wrapped_key and blob.inline is None and not blob.name
        with pytest.raises(storage.StorageShredded):
            blob.read()
    assert not DocumentVersion.objects.filter(blob__in=blobs).exists()


def test_unappraised_objects_are_asked_about(offered: Process, side: ArchiveSide) -> None:
    only = {str(item(offered, "32.10").case_uuid): "V"}
    taken = receiving.take_in(side.appraise(only))
    assert "2 ohne Bewertung" in taken.summary
    process = fresh(offered)
    left = list(process.items.filter(state="offered"))
    assert len(left) == 2
    with pytest.raises(DisposalRefused, match="fehlt noch"):
        actions.transfer(process=process, actor=ANNA)
    with pytest.raises(DisposalRefused, match="wer im Archiv"):
        actions.appraise_by_hand(
            process=process, verdicts={left[0].pk: "A"}, source=" ", actor=ANNA
        )
    done = actions.appraise_by_hand(
        process=process,
        verdicts={row.pk: "A" for row in left},
        source="Telefonat mit Frau Ubben am 3.5.",
        actor=ANNA,
    )
    assert done == 2
    actions.transfer(process=process, actor=ANNA)
    assert fresh(process).items.filter(state="transferred").count() == 2


@pytest.mark.parametrize("agreed", ["A", "V"])
def test_unappraised_as_agreed(old: list[Case], agreed: str, tmp_path: Any) -> None:
    archive = make_archive(unappraised=agreed)
    process = actions.begin(cases=old, archive=archive, actor=ANNA)
    actions.offer(process=process, actor=ANNA)
    run_pending()
    side = ArchiveSide(fresh(process), exchange.inbox(archive))
    receiving.take_in(side.appraise({str(old[0].public_id): "A"}))
    assert item(process, "33.20").verdict == agreed
    assert "vereinbart" in item(process, "33.20").verdict_by


def test_a_verdict_on_the_dossier_counts_for_its_cases(offered: Process, side: ArchiveSide) -> None:
    verdicts = {str(one.dossier_uuid): "V" for one in offered.items.all()}
    assert receiving.take_in(side.appraise(verdicts)).accepted
    assert set(offered.items.values_list("verdict", flat=True)) == {"V"}


def test_nothing_is_destroyed_without_confirmation(offered: Process, side: ArchiveSide) -> None:
    receiving.take_in(side.appraise(verdicts_of(offered)))
    process = fresh(offered)
    actions.transfer(process=process, actor=ANNA)
    assert actions.propose(process=process, actor=ANNA) == 1, "only the one that is V"
    with pytest.raises(DatabaseError), transaction.atomic():
        process.items.filter(verdict="A").update(state="released")


def test_two_stages(old: list[Case]) -> None:
    archive = make_archive(kind="transfer", version="3.1.0")
    process = actions.begin(cases=old, archive=archive, actor=ANNA)
    with pytest.raises(DisposalRefused):
        actions.offer(process=process, actor=ANNA)
    actions.transfer(process=process, actor=ANNA)
    run_pending()
    process = fresh(process)
    assert process.messages.get().code == "0503"
    side = ArchiveSide(process, exchange.inbox(archive))
    results = {str(one.dossier_uuid): (True, "", "X") for one in process.items.filter(verdict="A")}
    assert receiving.take_in(side.imported(results)).accepted
    assert fresh(process).state == "confirmed"
    assert item(process, "33.20").state == "appraised"


def test_without_archive(old: list[Case]) -> None:
    with pytest.raises(DisposalRefused, match="Ohne Anbietung"):
        actions.begin(cases=old, archive=None, waiver="x", actor=ANNA)
    with pytest.raises(DisposalRefused, match="Vereinbarung"):
        actions.begin(cases=old[2:], archive=None, waiver="", actor=ANNA)
    process = actions.begin(
        cases=old[2:], archive=None, waiver="Bewertungskatalog vom 1.2.2020", actor=ANNA
    )
    actions.decide(process=process, actor=ANNA)
    actions.propose(process=process, actor=ANNA)
    actions.release(process=process, actor=BERND)
    run_pending()
    assert fresh(process).state == "finished"
    assert not Case.objects.filter(pk=old[2].pk).exists()


def test_a_case_is_in_one_process_only(offered: Process, old: list[Case], archive: Archive) -> None:
    with pytest.raises(DisposalRefused, match="kann nicht ausgesondert"):
        actions.begin(cases=old[:1], archive=archive, actor=ANNA)


def test_cancel_gives_the_cases_back(offered: Process, old: list[Case], archive: Archive) -> None:
    actions.cancel(process=offered, actor=ANNA)
    assert actions.begin(cases=old, archive=archive, actor=ANNA)
    with pytest.raises(DisposalRefused):
        actions.cancel(process=fresh(offered), actor=ANNA)


def test_not_released(offered: Process, side: ArchiveSide) -> None:
    receiving.take_in(side.appraise(verdicts_of(offered)))
    process = fresh(offered)
    actions.propose(process=process, actor=ANNA)
    with pytest.raises(DisposalRefused, match="warum"):
        actions.turn_down(process=process, reason="", actor=BERND)
    assert actions.turn_down(process=process, reason="Erst prüfen", actor=BERND) == 1
    assert item(process, "33.20").state == "appraised"
    with pytest.raises(DisposalRefused):
        actions.release(process=fresh(process), actor=BERND)
