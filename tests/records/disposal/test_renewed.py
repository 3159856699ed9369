"""A case goes on while it waits for destruction: it stays, and the others go all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError

from rathaus.core.clock import today
from rathaus.core.jobs import run_pending
from rathaus.core.models import Job
from rathaus.organisation.models import Office
from rathaus.records import actions as records
from rathaus.records import verify
from rathaus.records.disposal import actions, destruction, jobs, protocol, queries
from rathaus.records.disposal.errors import DisposalRefused, NotAllDestroyed
from rathaus.records.disposal.models import Archive, Item, Process, Tombstone
from rathaus.records.models import Case
from tests.records.conftest import SYSTEM, file
from tests.records.disposal.conftest import (
    ANNA,
    BERND,
    CLOSED,
    ArchiveSide,
    item,
    old_case,
    settle,
    verdicts_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(offices: dict[str, Office], plan: int) -> tuple[Case, Case]:
    office = offices["ordnungsamt"]
    return old_case(office, "Erster"), old_case(office, "Zweiter")


def begun(*cases: Case) -> Process:
    process = actions.begin(cases=list(cases), archive=None, waiver="Katalog", actor=ANNA)
    actions.decide(process=process, actor=ANNA)
    return process


def proposed(*cases: Case) -> Process:
    process = begun(*cases)
    actions.propose(process=process, actor=ANNA)
    return process


def released(*cases: Case) -> Process:
    process = proposed(*cases)
    actions.release(process=process, actor=BERND)
    return process


def message(case: Case) -> None:
    """What a message to a closed case does (`proceedings.filing.open_record`)."""
    records.reopen_case(case=case, actor=SYSTEM)
    file(case, b"Eine Frage noch")
    records.close_case(case=case, actor=SYSTEM)


def state(process: Process, case: Case) -> tuple[str, str]:
    found = process.items.get(case_uuid=case.public_id)
    return found.state, found.note


def renewed(case: Case) -> None:
    """Retention that runs again without an event, as an import or a later version may do it."""
    Case.objects.filter(pk=case.pk).update(retention_until=today())


@pytest.mark.parametrize("make", [begun, proposed, released])
def test_one_message_takes_its_case_out_of_the_process_and_says_why(
    two: tuple[Case, Case], make: Any
) -> None:
    first, second = two
    process = make(first, second)
    message(first)
    found, note = state(process, first)
    assert found == "withdrawn" and "Aufbewahrungsfrist läuft noch" in note
    assert state(process, second)[0] != "withdrawn"
    assert first.chain.events.filter(type="disposal.withdrawn").count() == 1


def test_the_other_cases_are_destroyed_and_the_process_ends(two: tuple[Case, Case]) -> None:
    first, second = two
    process = released(first, second)
    message(first)
    run_pending()
    process.refresh_from_db()
    assert process.state == "finished"
    assert Case.objects.filter(pk=first.pk).exists()
    assert not Case.objects.filter(pk=second.pk).exists()
    assert not Job.objects.filter(state="dead").exists()
    text = str(protocol.data(process).model_dump())
    assert "Nicht vernichtete Vorgänge" in text and first.reference in text
    assert verify.run().ok


def test_a_case_that_went_on_is_due_again_after_its_new_time(two: tuple[Case, Case]) -> None:
    first, second = two
    released(first, second)
    with time_machine.travel(CLOSED + timedelta(days=3650)):
        message(first)
    run_pending()
    again = begun(Case.objects.select_related("chain").get(pk=first.pk))
    assert again.items.get().state == "appraised"


def test_neither_proposal_nor_release_reaches_a_case_whose_time_is_not_over(
    two: tuple[Case, Case],
) -> None:
    first, second = two
    process = begun(first, second)
    renewed(first)
    assert actions.propose(process=process, actor=ANNA) == 1
    assert state(process, first)[0] == "withdrawn"
    renewed(second)
    with pytest.raises(DisposalRefused):
        actions.release(process=process, actor=BERND)
    assert state(process, second)[0] == "withdrawn"


def test_the_job_looks_again_before_it_destroys(two: tuple[Case, Case]) -> None:
    first, second = two
    process = released(first, second)
    renewed(first)
    run_pending()
    assert state(process, first)[0] == "withdrawn"
    assert state(process, second) == ("destroyed", "")


def test_what_the_archive_has_taken_over_stays_here_too(
    archive: Archive, old: list[Case], offered: Process, side: ArchiveSide
) -> None:
    side.appraise(verdicts_of(offered, c3320="V"))
    take_in(archive, side)
    actions.transfer(process=queries.process_of(offered.public_id), actor=ANNA)
    run_pending()
    wanted = [row for row in offered.items.all() if row.verdict == "A"]
    side.imported({str(row.case_uuid): (True, f"NLA-{row.pk}", "") for row in wanted})
    take_in(archive, side)
    process = queries.process_of(offered.public_id)
    actions.propose(process=process, actor=ANNA)
    actions.release(process=process, actor=BERND)
    council = next(case for case in old if case.title.endswith("10.20"))
    message(council)
    found = item(process, "10.20")
    assert (found.state, found.archived) == ("kept", True)
    run_pending()
    process.refresh_from_db()
    assert process.state == "finished"
    assert Tombstone.objects.count() == 2


def take_in(archive: Archive, side: ArchiveSide) -> None:
    for path in side.folder.iterdir():
        settle(path)
    jobs.receive_from(archive)


@pytest.fixture
def broken(two: tuple[Case, Case], monkeypatch: pytest.MonkeyPatch) -> Process:
    """The database refuses the first of two released cases."""
    original = destruction._remove

    def remove(case: Case) -> Any:
        if case.pk == two[0].pk:
            raise IntegrityError("records_case: retention has not ended")
        return original(case)

    monkeypatch.setattr(destruction, "_remove", remove)
    process = released(*two)
    Job.objects.all().delete()
    return process


def test_one_that_cannot_be_destroyed_stops_no_other_and_is_seen(
    two: tuple[Case, Case], broken: Process
) -> None:
    first, second = two
    with pytest.raises(NotAllDestroyed, match=first.reference):
        jobs.destroy(process_id=broken.pk)
    found, note = state(broken, first)
    assert found == "released" and "konnte nicht vernichtet werden" in note
    assert state(broken, second) == ("destroyed", "")
    assert first.documents.exists()
    assert not first.chain.events.filter(type="case.destroyed").exists()


def test_more_cases_than_one_run_takes_go_past_the_one_that_fails(
    two: tuple[Case, Case], broken: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 1)
    jobs.sweep()
    run_pending()
    assert state(broken, two[1]) == ("destroyed", "")
    assert state(broken, two[0])[0] == "released"
    count = Job.objects.count()
    jobs.sweep()
    assert Job.objects.count() == count, "the failed job is the one to start again"


def test_started_again_after_the_cause_is_gone_it_goes_too(
    two: tuple[Case, Case], broken: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotAllDestroyed):
        jobs.destroy(process_id=broken.pk)
    monkeypatch.undo()
    jobs.destroy(process_id=broken.pk)
    run_pending()
    assert state(broken, two[0]) == ("destroyed", "")
    broken.refresh_from_db()
    assert broken.state == "finished"


def test_or_it_is_taken_out_by_hand_and_the_process_ends(
    two: tuple[Case, Case], broken: Process
) -> None:
    with pytest.raises(NotAllDestroyed):
        jobs.destroy(process_id=broken.pk)
    left: Item = broken.items.get(state="released")
    actions.withdraw(item=left, why="Technik prüft", actor=ANNA)
    jobs.sweep()
    run_pending()
    broken.refresh_from_db()
    assert broken.state == "finished"
    assert Case.objects.filter(pk=two[0].pk).exists()
