"""Co-signing: the table, the order, refusal, substitutes, races, the protocol."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rathaus.core.clock import today
from rathaus.core.jobs import run_pending
from rathaus.records import verify
from rathaus.records.work import access, actions, queries, signing
from rathaus.records.work.actions import StepPlan
from rathaus.records.work.errors import InRun, Moved, NotYours, Unfit
from rathaus.records.work.models import Run, RunStep
from rathaus.records.work.states import (
    RUN_MOVES,
    STEP_MOVES,
    Ask,
    RunState,
    StepStatus,
)
from tests.records.work.conftest import House, acting, newest
from tests.records.work.test_locks import at_once


def begin(house: House, *steps: StepPlan, **more: Any) -> Run:
    document = more.pop("document", None) or house.file()
    return actions.start_run(
        case=house.case,
        title="Vertrag prüfen",
        versions=[newest(document)],
        steps=steps,
        owner=house.anke,
        actor=acting(house.anke),
        **more,
    )


def sign(run: Run, number: int, staff: Any, comment: str = "") -> RunStep:
    return actions.do_step(
        step=run.steps.get(number=number), staff=staff, actor=acting(staff), comment=comment
    )


def statuses(run: Run) -> list[str]:
    return list(run.steps.order_by("number").values_list("status", flat=True))


def test_the_table_knows_no_way_back() -> None:
    """003 and 004 are final; only a running run moves."""
    assert {move.source for move in STEP_MOVES} == {StepStatus.FUTURE, StepStatus.CURRENT}
    assert {move.source for move in RUN_MOVES} == {RunState.RUNNING}
    assert {one.value for one in StepStatus} == {"001", "002", "003", "004"}
    assert len({move.name for move in STEP_MOVES}) == len(STEP_MOVES)


def test_from_the_first_step_to_the_protocol(house: House, mailoutbox: list[Any]) -> None:
    house.bodo.email = "bodo@example.org"
    house.bodo.save()
    document = house.file(b"Vertragstext")
    run = begin(
        house,
        StepPlan(Ask.COSIGN, 1, staff=house.bodo, due_on=today() + timedelta(days=3)),
        StepPlan(Ask.NOTE, 2, office=house.offices["ordnungsamt"]),
        StepPlan(Ask.FINAL, 3, staff=house.head),
        document=document,
    )
    assert statuses(run) == ["002", "001", "001"]
    with pytest.raises(NotYours):
        sign(run, 1, house.other)
    with pytest.raises(Moved):
        sign(run, 2, house.other)  # not reached yet
    step = sign(run, 1, house.bodo, "einverstanden")
    expected = signing.digest(
        step,
        signer=str(house.bodo.user_id),
        result="signed",
        at=step.done_at.isoformat() if step.done_at else "",
        versions=[newest(document).blob.sha256],
    )
    assert step.digest == expected
    assert statuses(run) == ["003", "002", "001"]
    with pytest.raises(Moved):
        sign(run, 1, house.bodo)
    sign(run, 2, house.other)
    sign(run, 3, house.head)
    run.refresh_from_db()
    assert run.state == RunState.FINISHED
    run_pending()
    run.refresh_from_db()
    assert run.protocol is not None
    content = newest(run.protocol).read()
    text = "".join(page.extract_text() for page in pypdf.PdfReader(_io(content)).pages)
    assert "Vertrag prüfen" in text
    assert "einverstanden" in text
    assert "Bodo Test" in text
    assert [mail.to for mail in mailoutbox] == [["bodo@example.org"]]
    assert "Vertrag" not in mailoutbox[0].body + mailoutbox[0].subject
    assert verify.run_case(house.case).ok
    data = house.case.chain.events.filter(type="run.step_done").first().data
    assert data["versions"] == [newest(document).blob.sha256]


def test_steps_side_by_side_wait_for_each_other(house: House) -> None:
    run = begin(
        house,
        StepPlan(Ask.COSIGN, 1, staff=house.bodo),
        StepPlan(Ask.COSIGN, 1, staff=house.other),
        StepPlan(Ask.FINAL, 2, staff=house.head),
    )
    assert statuses(run) == ["002", "002", "001"]
    sign(run, 2, house.other)
    assert statuses(run) == ["002", "003", "001"]
    sign(run, 1, house.bodo)
    assert statuses(run) == ["003", "003", "002"]


def test_refusing_gives_it_back_with_the_reason(house: House) -> None:
    document = house.file()
    run = begin(
        house,
        StepPlan(Ask.COSIGN, 1, staff=house.bodo),
        StepPlan(Ask.FINAL, 2, staff=house.head),
        document=document,
    )
    step = run.steps.get(number=1)
    values: dict[str, Any] = {"step": step, "staff": house.bodo, "actor": acting(house.bodo)}
    with pytest.raises(Unfit):
        actions.refuse_step(**values, reason="")
    actions.refuse_step(**values, reason="Der Betrag stimmt nicht")
    run.refresh_from_db()
    assert run.state == RunState.REFUSED
    assert statuses(run) == ["003", "004"]
    assert "run.returned" in house.events()
    assert "Betrag" not in str(list(house.case.chain.events.values_list("data", flat=True)))
    # Free again: corrected and sent round once more.
    actions.add_version(
        document=document, content=b"berichtigt", name="v.txt", content_type="text/plain",
        reason="Betrag berichtigt", staff=house.anke, actor=acting(house.anke),
    )  # fmt: skip
    again = actions.repeat_run(
        run=run, versions=[newest(document)], owner=house.anke, actor=acting(house.anke)
    )
    assert statuses(again) == ["002", "001"]


def test_documents_of_a_run_are_locked(house: House) -> None:
    document = house.file()
    run = begin(house, StepPlan(Ask.COSIGN, 1, staff=house.bodo), document=document)
    for staff in (house.anke, house.bodo):
        with pytest.raises(InRun):
            actions.add_version(
                document=document, content=b"x", name="x", content_type="text/plain",
                reason="Änderung", staff=staff, actor=acting(staff),
            )  # fmt: skip
    with pytest.raises(InRun):
        begin(house, StepPlan(Ask.COSIGN, 1, staff=house.bodo), document=document)
    with pytest.raises(NotYours):
        actions.stop_run(run=run, staff=house.bodo, actor=acting(house.bodo), reason="einfach so")
    actions.stop_run(run=run, staff=house.anke, actor=acting(house.anke), reason="überholt")
    assert queries.run_over(document) is None


def test_the_substitute_signs_for_the_absent(house: House) -> None:
    house.bodo.substitute = house.head
    house.bodo.substitute_from = house.bodo.substitute_until = today()
    house.bodo.save()
    run = begin(house, StepPlan(Ask.COSIGN, 1, staff=house.bodo))
    assert [step.run for step in queries.steps(access.me(house.head))] == [run]
    assert not queries.steps(access.me(house.other))
    step = sign(run, 1, house.head)
    assert step.for_absent
    event = house.case.chain.events.get(type="run.step_done")
    assert event.data["for_absent"] == str(house.bodo.user_id)
    assert event.actor_id == str(house.head.user_id)


def test_whoever_is_asked_reads_the_run_and_nothing_else(house: House) -> None:
    document = house.file()
    house.file(b"Anderes")
    run = begin(
        house,
        StepPlan(Ask.COSIGN, 1, staff=house.bodo),
        StepPlan(Ask.COSIGN, 2, staff=house.other),
        document=document,
    )
    me = access.me(house.other)
    with pytest.raises(Run.DoesNotExist):
        queries.run_for(me, run.public_id)  # not yet their turn
    sign(run, 1, house.bodo)
    seen = queries.run_for(me, run.public_id)
    version = newest(document)
    assert queries.version_in_run(seen, version.public_id) == version
    sign(run, 2, house.other)
    with pytest.raises(Run.DoesNotExist):
        queries.run_for(me, run.public_id)  # over


def test_the_owner_skips_and_the_last_skip_ends_it(house: House) -> None:
    run = begin(
        house,
        StepPlan(Ask.COSIGN, 1, staff=house.bodo),
        StepPlan(Ask.NOTE, 2, staff=house.head),
    )
    for number in (2, 1):
        actions.skip_step(
            step=run.steps.get(number=number),
            staff=house.anke,
            actor=acting(house.anke),
            reason="nicht nötig",
        )
    run.refresh_from_db()
    assert statuses(run) == ["004", "004"]
    assert run.state == RunState.FINISHED


def test_impossible_runs_are_explained(house: House) -> None:
    final = StepPlan(Ask.FINAL, 1, staff=house.head)
    for steps in (
        [],
        [StepPlan("nonsense", 1, staff=house.bodo)],
        [StepPlan(Ask.COSIGN, 1)],
        [StepPlan(Ask.COSIGN, 1, staff=house.bodo, office=house.offices["ordnungsamt"])],
        [final, StepPlan(Ask.COSIGN, 2, staff=house.bodo)],
        [StepPlan(Ask.COSIGN, 1, staff=house.bodo), final],
        [StepPlan(Ask.COSIGN, 1, staff=house.bodo)] * 21,
    ):
        with pytest.raises(Unfit):
            begin(house, *steps)
    assert not Run.objects.exists()


@given(positions=st.lists(st.integers(1, 4), min_size=1, max_size=6), data=st.data())
def test_any_order_of_signing_ends_well(positions: list[int], data: st.DataObject) -> None:
    """A model of `_go_on`: never two positions at once, never stuck."""
    state = dict.fromkeys(range(len(positions)), "001")
    for _round in range(2 * len(positions)):
        if "002" not in state.values():
            ahead = [n for n, s in state.items() if s == "001"]
            if not ahead:
                break
            first = min(positions[n] for n in ahead)
            state |= {n: "002" for n in ahead if positions[n] == first}
        current = [n for n, s in state.items() if s == "002"]
        assert len({positions[n] for n in current}) == 1
        state[data.draw(st.sampled_from(current))] = "003"
    assert set(state.values()) == {"003"}


@pytest.mark.django_db(transaction=True)
def test_two_signatures_at_once_reach_the_next_step(house: House) -> None:
    run = begin(
        house,
        StepPlan(Ask.COSIGN, 1, staff=house.bodo),
        StepPlan(Ask.COSIGN, 1, staff=house.other),
        StepPlan(Ask.FINAL, 2, staff=house.head),
    )

    def do(number: int, staff: Any) -> Callable[[], Any]:
        return lambda: sign(Run.objects.get(pk=run.pk), number, staff)

    results = at_once(do(1, house.bodo), do(2, house.other))
    assert not [one for one in results if isinstance(one, BaseException)], results
    assert statuses(run) == ["003", "003", "002"]
    assert house.intact()


@pytest.mark.django_db(transaction=True)
def test_the_same_signature_twice_at_once_counts_once(house: House) -> None:
    run = begin(house, StepPlan(Ask.COSIGN, 1, office=house.offices["ordnungsamt"]))
    results = at_once(
        lambda: sign(Run.objects.get(pk=run.pk), 1, house.other),
        lambda: sign(Run.objects.get(pk=run.pk), 1, house.other),
    )
    assert sorted(isinstance(one, Moved) for one in results) == [False, True], results
    assert house.events().count("run.finished") == 1
    run_pending()
    run_pending()
    assert house.case.documents.filter(title__startswith="Protokoll").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_run_and_a_new_version_at_once(house: House) -> None:
    document = house.file()
    results = at_once(
        lambda: begin(house, StepPlan(Ask.COSIGN, 1, staff=house.bodo), document=document),
        lambda: actions.add_version(
            document=house.case.documents.get(), content=b"neu", name="x",
            content_type="text/plain", reason="Änderung", staff=house.anke,
            actor=acting(house.anke),
        ),
    )  # fmt: skip
    run = Run.objects.filter(state=RunState.RUNNING).first()
    document.refresh_from_db()
    if run is None:
        assert document.latest == 2
    else:  # what is signed is the newest version
        assert run.documents.get().version.number == document.latest
    assert any(not isinstance(one, BaseException) for one in results), results
    assert house.intact()


def _io(content: bytes) -> Any:
    from io import BytesIO

    return BytesIO(content)
