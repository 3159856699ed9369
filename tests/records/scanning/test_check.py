"""The sample check by a second person, and the end of the paper."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from rathaus.core import clock
from rathaus.core.events import verify_chain
from rathaus.core.jobs import run_pending
from rathaus.core.models import Event
from rathaus.organisation import calendar
from rathaus.organisation.permissions import TABLE
from rathaus.records import actions as records
from rathaus.records import verify
from rathaus.records.models import Case, Document, DocumentVersion
from rathaus.records.scanning import actions, queries, sampling
from rathaus.records.scanning.errors import FourEyes, MovedOn, NotReady, PaperStays
from rathaus.records.scanning.models import (
    PaperDestruction,
    SampleCheck,
    ScanBatch,
    ScanPage,
    ScanProfile,
)
from rathaus.records.scanning.profile import ProfileData
from rathaus.records.scanning.states import TRANSITIONS, BatchState, possible
from tests.records.scanning.conftest import (
    CHECKER,
    DATA,
    MANAGER,
    SCANNER,
    new_batch,
    transferred,
)
from tests.records.scanning.making import stack


def check_all(check: SampleCheck, bad: int = 0) -> ScanBatch:
    """All pages good but the first `bad`."""
    for number, item in enumerate(check.items.select_related("sample__batch__chain", "page__file")):
        values = ("rescan", "schief") if number < bad else ("good", "")
        actions.decide_page(item=item, verdict=values[0], reason=values[1], actor=CHECKER)
    fresh = SampleCheck.objects.select_related("batch__chain", "batch__profile").get(pk=check.pk)
    return actions.finish_check(check=fresh, actor=CHECKER)


@pytest.fixture
def passed(batch: ScanBatch) -> ScanBatch:
    check_all(actions.start_check(batch=transferred(batch), actor=CHECKER))
    return ScanBatch.objects.with_profile().get(pk=batch.pk)


def later(batch: ScanBatch, days: int = 0) -> Any:
    """The clock on the first day on which the paper may go, or some days around it."""
    assert batch.paper_until is not None
    noon = datetime.combine(batch.paper_until, datetime.min.time(), clock.BERLIN)
    return clock.shifted(noon + timedelta(hours=12, days=days))


def destroy(*batches: ScanBatch, **more: Any) -> PaperDestruction:
    values = {"method": "p4", "detail": "", "done_on": clock.today(), "actor": MANAGER, **more}
    return actions.destroy_paper(batches=batches, **values)


def test_who_scanned_does_not_check(batch: ScanBatch) -> None:
    transferred(batch)
    with pytest.raises(FourEyes):
        actions.start_check(batch=batch, actor=SCANNER)


def test_the_database_too_wants_four_eyes(batch: ScanBatch) -> None:
    check = actions.start_check(batch=transferred(batch), actor=CHECKER)
    with pytest.raises(IntegrityError), transaction.atomic():
        SampleCheck.objects.create(
            batch=batch, round=9, seed="x", percent=1, minimum=1, size=1, population=1,
            scanned_by="scanner", checker="scanner", checker_name="x", started_at=clock.now(),
        )  # fmt: skip
    for column, value in (("checker", "'scanner'"), ("seed", "'0'"), ("size", "1")):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE records_scanning_samplecheck SET {column} = {value}")
    check.refresh_from_db()
    assert check.checker == "checker"


def test_whoever_added_one_file_does_not_check_either(batch: ScanBatch) -> None:
    actions.add_file(batch=batch, content=stack(1, first=90), name="x.pdf", actor=CHECKER)
    transferred(batch, 5, 4)
    with pytest.raises(FourEyes):
        actions.start_check(batch=batch, actor=CHECKER)


def test_a_third_person_does_not_decide_for_the_checker(batch: ScanBatch) -> None:
    check = actions.start_check(batch=transferred(batch), actor=CHECKER)
    item = check.items.select_related("sample", "page__file").first()
    assert item is not None
    with pytest.raises(FourEyes):
        actions.decide_page(item=item, verdict="good", reason="", actor=MANAGER)


def test_the_sample_can_be_drawn_again_from_what_was_written_down(batch: ScanBatch) -> None:
    check = actions.start_check(batch=transferred(batch), actor=CHECKER)
    drawn = Event.objects.get(chain=batch.chain, type="scan.sample_drawn").data
    assert (drawn["population"], drawn["size"]) == (10, 3)
    pages = ScanPage.objects.filter(file__batch=batch)
    places = list(pages.values_list("file__position", "number"))
    again = sampling.draw(places, drawn["size"], drawn["seed"])
    kept = check.items.values_list("page__file__position", "page__number")
    assert list(kept) == again


@given(
    st.sets(st.tuples(st.integers(1, 50), st.integers(1, 50)), max_size=80),
    st.integers(0, 90),
    st.text(min_size=1, max_size=8),
)
@pytest.mark.one_database
def test_a_sample_is_a_part_of_the_batch_and_always_the_same(
    places: set[tuple[int, int]], size: int, seed: str
) -> None:
    drawn = sampling.draw(places, size, seed)
    assert len(drawn) == min(size, len(places)) == len(set(drawn))
    assert set(drawn) <= places
    assert drawn == sampling.draw(sorted(places, reverse=True), size, seed)


@given(st.integers(0, 5000), st.integers(1, 100), st.integers(1, 50))
@pytest.mark.one_database
def test_a_sample_is_never_smaller_than_promised(pages: int, percent: int, minimum: int) -> None:
    data = ProfileData(**{**DATA, "sample_percent": percent, "sample_minimum": minimum})
    size = data.sample_size(pages)
    assert size <= pages
    assert size >= min(pages, minimum)
    assert size * 100 >= pages * percent or size == pages


@given(st.dates(date(2024, 1, 1), date(2034, 12, 31)), st.integers(1, 60))
@pytest.mark.one_database
def test_paper_is_kept_long_enough_and_goes_on_a_working_day(day: date, count: int) -> None:
    weeks = ProfileData(**{**DATA, "paper_count": count}).paper_until(day)
    days = ProfileData(**{**DATA, "paper_count": count, "paper_unit": "working_days"})
    assert weeks >= day + timedelta(weeks=count)
    assert calendar.is_working_day(weeks)
    assert calendar.working_days_between(day, days.paper_until(day)) == count


def test_a_passed_check_starts_the_time_of_the_paper(passed: ScanBatch) -> None:
    assert passed.state == "passed"
    assert passed.paper_until is not None
    assert passed.paper_until >= clock.today() + timedelta(weeks=6)
    assert not verify_chain(passed.chain)


def test_open_pages_and_missing_reasons_are_no_verdict(batch: ScanBatch) -> None:
    check = actions.start_check(batch=transferred(batch), actor=CHECKER)
    item = check.items.select_related("sample", "page__file").first()
    assert item is not None
    with pytest.raises(NotReady, match="falsch"):
        actions.decide_page(item=item, verdict="rescan", reason="  ", actor=CHECKER)
    with pytest.raises(NotReady, match="gut"):
        actions.decide_page(item=item, verdict="vielleicht", reason="", actor=CHECKER)
    with pytest.raises(NotReady, match="Noch 3 Seiten"):
        actions.finish_check(check=check, actor=CHECKER)


def test_one_bad_page_means_a_new_scan_and_the_whole_batch(batch: ScanBatch) -> None:
    check = actions.start_check(batch=transferred(batch), actor=CHECKER)
    failed = check_all(check, bad=1)
    assert failed.state == BatchState.FAILED
    (bad,) = queries.open_rescans(failed)
    with pytest.raises(NotReady, match="zuerst"):
        actions.start_check(batch=failed, actor=CHECKER)
    document = bad.document
    assert document is not None
    with pytest.raises(NotReady, match="dieselbe Datei"):
        actions.rescan_file(
            file=bad, content=bad.blob.read(), name="x.pdf", reason="schief", actor=SCANNER
        )
    content = stack(bad.page_count, first=200)
    actions.rescan_file(file=bad, content=content, name="neu.pdf", reason="schief", actor=SCANNER)
    run_pending()
    versions = DocumentVersion.objects.filter(document=document).order_by("number")
    assert [v.number for v in versions] == [1, 2]
    assert versions[1].read() == content
    second = actions.start_check(batch=failed, actor=CHECKER)
    assert (second.round, second.is_whole, second.size) == (2, True, 10)
    assert check_all(second).state == BatchState.PASSED
    assert verify.run().ok


def test_a_new_scan_by_the_checker_needs_a_third_person(batch: ScanBatch) -> None:
    failed = check_all(actions.start_check(batch=transferred(batch), actor=CHECKER), bad=1)
    (bad,) = queries.open_rescans(failed)
    content = stack(bad.page_count, first=300)
    actions.rescan_file(file=bad, content=content, name="n.pdf", reason="x", actor=CHECKER)
    run_pending()
    with pytest.raises(FourEyes):
        actions.start_check(batch=failed, actor=CHECKER)
    assert actions.start_check(batch=failed, actor=MANAGER).checker == "manager"


def test_paper_does_not_go_too_early(passed: ScanBatch) -> None:
    with pytest.raises(PaperStays, match="aufzubewahren"):
        destroy(passed)
    with later(passed), pytest.raises(PaperStays, match="durfte erst"):
        destroy(passed, done_on=clock.today() - timedelta(days=1))
    with later(passed), pytest.raises(NotReady, match="Zukunft"):
        destroy(passed, done_on=clock.today() + timedelta(days=1))
    with later(passed), pytest.raises(NotReady, match="Betrieb"):
        destroy(passed, method="service", detail=" ")
    with later(passed), pytest.raises(NotReady, match="wie das Papier"):
        destroy(passed, method="ofen")


def test_paper_goes_with_a_protocol_also_of_a_closed_case(passed: ScanBatch) -> None:
    case = Case.objects.select_related("chain").get(pk=passed.case_id)
    records.close_case(case=case, actor=SCANNER)
    with later(passed):
        assert passed in queries.paper_due(ScanBatch.objects.all())
        row = destroy(passed)
        run_pending()
    passed.refresh_from_db()
    assert (passed.state, passed.destruction) == ("destroyed", row)
    titles = Document.objects.filter(case=case).values_list("title", flat=True)
    assert f"Protokoll der Papiervernichtung {row.reference}" in titles
    assert not ScanPage.objects.filter(picture__isnull=False).exists()
    gone = Event.objects.get(chain=passed.chain, type="scan.paper_destroyed").data
    assert gone["protocol_sha256"] == row.protocol.sha256
    with later(passed), pytest.raises(PaperStays):
        destroy(passed)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_scanning_paperdestruction")
    assert verify.run().ok


def test_a_hold_keeps_the_paper_until_it_ends(passed: ScanBatch) -> None:
    with pytest.raises(NotReady):
        actions.hold_paper(batch=passed, reason=" ", actor=MANAGER)
    actions.hold_paper(batch=passed, reason="Klage 3 A 12/26", actor=MANAGER)
    with later(passed):
        assert not queries.paper_due(ScanBatch.objects.all()).exists()
        with pytest.raises(PaperStays, match="Klage"):
            destroy(passed)
        actions.release_paper(batch=passed, actor=MANAGER)
        destroy(passed)
    with pytest.raises(MovedOn):
        actions.release_paper(batch=passed, actor=MANAGER)


def test_all_or_none(passed: ScanBatch, profile: ScanProfile) -> None:
    other = new_batch(profile, passed.case, sheets=2)  # type: ignore[arg-type]
    with later(passed):
        with pytest.raises(PaperStays, match=other.reference):
            destroy(passed, other)
        assert not PaperDestruction.objects.exists()
        passed.refresh_from_db()
        assert passed.state == "passed"


@pytest.mark.django_db(transaction=True)
def test_two_people_draw_the_sample_at_the_same_time(batch: ScanBatch) -> None:
    transferred(batch)
    outcome: list[str] = []
    gate = threading.Barrier(2)

    def run(actor: Any) -> None:
        try:
            fresh = ScanBatch.objects.with_profile().get(pk=batch.pk)
            gate.wait(20)
            actions.start_check(batch=fresh, actor=actor)
            outcome.append("drawn")
        except MovedOn:
            outcome.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(actor,)) for actor in (CHECKER, MANAGER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["drawn", "too late"]
    assert SampleCheck.objects.count() == 1


@pytest.mark.one_database
def test_every_step_has_its_permission_and_the_end_is_the_end() -> None:
    for step in TRANSITIONS:
        assert step.permission in TABLE
    names = {step.name for step in TRANSITIONS}
    assert len(names) == len(TRANSITIONS)
    assert not possible("destroyed")
    assert not possible("cancelled")
    reached = {"open"}
    for _round in TRANSITIONS:
        reached |= {step.target.value for step in TRANSITIONS if step.source.value in reached}
    assert reached == set(BatchState.values)


def test_the_procedure_is_a_new_version_only_when_something_changed(profile: ScanProfile) -> None:
    first = actions.record_procedure(actor=MANAGER)
    assert actions.record_procedure(actor=MANAGER) == first
    changed = {**DATA, "resolution": 400}
    actions.save_profile(
        name=profile.name, office=profile.office, data=changed, actor=MANAGER, profile=profile
    )
    second = actions.record_procedure(actor=MANAGER)
    assert (first.number, second.number) == (1, 2)
    assert second.blob.read().startswith(b"%PDF-")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE records_scanning_procedureversion SET sha256 = '0'")
