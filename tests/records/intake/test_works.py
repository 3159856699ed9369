"""Page work that takes longer: a job, part by part; nothing twice, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from rathaus.core.clock import now
from rathaus.core.jobs import RetryLater, run_pending
from rathaus.core.models import Blob, Event, Job
from rathaus.records.intake import actions, planning, working
from rathaus.records.intake.errors import BadPages, MovedOn
from rathaus.records.intake.models import Item, Work, WorkPart
from rathaus.records.intake.reading import barcodes
from rathaus.records.models import Case
from tests.records.intake import making
from tests.records.intake.making import CLERK
from tests.support.database import child_environment

LONG = 14


def long_item(case: Case, pages: int = LONG) -> Item:
    content = making.pdf(*(f"Seite {number}" for number in range(1, pages + 1)))
    return making.receive(case.office, content, subject="Stapel", sender="Harm Janssen")


def pairs(item: Item) -> planning.Plan:
    count = item.pages or 0
    return planning.split(item, [[n, n + 1] for n in range(1, count, 2)])


def ordered(item: Item) -> Work:
    work = actions.carry_out(plan=pairs(item), actor=CLERK)
    assert isinstance(work, Work)
    return work


def parts_of(item: Item) -> list[Item]:
    return list(Item.objects.filter(origins__original=item).order_by("position"))


@pytest.mark.django_db
def test_a_small_plan_is_done_at_once_and_a_large_one_by_a_job(case: Case) -> None:
    small = making.receive(case.office, making.pdf("eins", "zwei"))
    made = actions.carry_out(plan=planning.split(small, [[1], [2]]), actor=CLERK)
    assert isinstance(made, list)
    assert len(made) == 2
    item = long_item(case)
    work = ordered(item)
    item.refresh_from_db()
    assert (item.state, work.state, work.total) == ("working", "waiting", 7)
    assert not parts_of(item)
    run_pending()
    item.refresh_from_db()
    work.refresh_from_db()
    assert (item.state, work.state, work.percent) == ("replaced", "done", 100)
    parts = parts_of(item)
    assert [part.pages for part in parts] == [2] * 7
    assert making.page_texts(parts[6].read()) == ["Seite 13", "Seite 14"]
    assert [part.item_id for part in work.parts.all()] == [part.pk for part in parts]
    who = Event.objects.filter(chain=item.chain, type="intake.replaced").get()
    assert who.actor_label == CLERK.label


@pytest.mark.django_db
def test_a_second_click_and_everything_else_finds_the_item_taken(case: Case) -> None:
    item = long_item(case)
    plan = pairs(item)
    stale = Item.objects.get(pk=item.pk)
    actions.carry_out(plan=plan, actor=CLERK)
    again = planning.Plan(plan.kind, [stale], plan.parts)
    with pytest.raises(MovedOn):
        actions.carry_out(plan=again, actor=CLERK)
    with pytest.raises(MovedOn):
        actions.file_item(item=Item.objects.get(pk=item.pk), case=case, actor=CLERK)
    with pytest.raises(MovedOn):
        actions.discard(item=Item.objects.get(pk=item.pk), reason="Werbung", actor=CLERK)
    run_pending()
    assert Work.objects.count() == 1
    assert len(parts_of(item)) == 7


@pytest.mark.django_db
def test_the_same_job_twice_makes_nothing_twice(case: Case) -> None:
    item = long_item(case)
    work = ordered(item)
    working.run(work.pk)
    working.run(work.pk)
    run_pending()
    assert len(parts_of(item)) == 7


@pytest.mark.django_db
def test_a_failure_is_told_leaves_all_and_can_be_repeated(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = long_item(case)
    content = item.read()
    work = ordered(item)
    made, calls = planning.made, []

    def broken(part: Any, items: Any, told: Any = None) -> bytes:
        calls.append(part.number)
        if len(calls) == 4:
            raise BadPages("Seite 7 ist kaputt.")
        return made(part, items, told)

    monkeypatch.setattr(planning, "made", broken)
    run_pending()
    item.refresh_from_db()
    work.refresh_from_db()
    assert (item.state, item.read(), work.state) == ("ready", content, "failed")
    assert work.problem == "Seite 7 ist kaputt."
    assert Event.objects.filter(chain=item.chain, type="intake.work_failed").exists()
    assert not parts_of(item)
    actions.repeat(work=work, actor=CLERK)
    with pytest.raises(MovedOn):
        actions.repeat(work=work, actor=CLERK)
    run_pending()
    assert calls == [1, 2, 3, 4, 4, 5, 6, 7]  # what was made before is not made again
    assert len(parts_of(item)) == 7


@pytest.mark.django_db
def test_a_work_that_takes_its_worker_down_ends(case: Case) -> None:
    item = long_item(case)
    work = ordered(item)
    Work.objects.filter(pk=work.pk).update(tries=working.MAX_TRIES)
    run_pending()
    work.refresh_from_db()
    item.refresh_from_db()
    assert (work.state, item.state) == ("failed", "ready")


@pytest.mark.django_db
def test_after_a_slice_others_have_their_turn(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    item = long_item(case)
    work = ordered(item)
    monkeypatch.setattr(working, "SLICE_SECONDS", -1.0)
    for done in (1, 2):
        with pytest.raises(RetryLater):
            working.run(work.pk)
        work.refresh_from_db()
        assert (work.done, work.state, work.tries) == (done, "running", 0)
    monkeypatch.undo()
    run_pending()
    assert len(parts_of(item)) == 7


@pytest.mark.django_db
def test_a_work_whose_job_got_lost_is_taken_up(case: Case) -> None:
    item = long_item(case)
    work = ordered(item)
    Job.objects.filter(name="intake.work").delete()
    Work.objects.filter(pk=work.pk).update(touched_at=now() - timedelta(hours=1))
    working.watch()
    working.watch()
    assert Job.objects.filter(name="intake.work").count() == 1
    run_pending()
    assert len(parts_of(item)) == 7


@pytest.mark.django_db
def test_a_large_merge_counts_what_went_in(case: Case) -> None:
    items = [long_item(case, 5) for _ in range(3)]
    work = actions.carry_out(plan=planning.merge(items), actor=CLERK)
    assert isinstance(work, Work)
    run_pending()
    part = Item.objects.get(made_by__work=work)
    assert part.pages == 15
    assert [origin.original_id for origin in part.origins.all()] == [one.pk for one in items]
    work.refresh_from_db()
    assert (work.done, work.total) == (3, 3)


@pytest.mark.django_db
def test_separating_goes_on_at_the_page_it_was_at(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = barcodes.code_for(case.reference)
    stack = making.receive(case.office, making.stack("", "", code, "", "", code, ""))
    monkeypatch.setattr(working, "LOOK_AT_ONCE", 2)
    monkeypatch.setattr(working, "SLICE_SECONDS", -1.0)
    work = actions.order_separation(item=stack, actor=CLERK)
    for looked in (2, 4, 6):
        with pytest.raises(RetryLater):
            working.run(work.pk)
        work.refresh_from_db()
        assert work.looked == looked
    monkeypatch.undo()
    run_pending()
    parts = parts_of(stack)
    assert [(part.pages, part.sheet) for part in parts] == [
        (2, ""),
        (2, case.reference),
        (1, case.reference),
    ]


@pytest.mark.django_db
def test_a_stack_without_sheets_is_ready_again(case: Case) -> None:
    stack = making.receive(case.office, making.stack("", ""))
    work = actions.order_separation(item=stack, actor=CLERK)
    run_pending()
    stack.refresh_from_db()
    work.refresh_from_db()
    assert (stack.state, work.state) == ("ready", "done")
    assert "kein Trennblatt" in work.problem


@pytest.mark.django_db
def test_works_are_forgotten_with_what_they_left(case: Case) -> None:
    blob = making.receive(case.office, b"halb fertig").blob
    work = ordered(long_item(case))
    WorkPart.objects.create(work=work, number=0, blob=Blob.objects.get(pk=blob.pk))
    working.fail(work, "kaputt")
    working.forget()
    assert Work.objects.exists()
    Work.objects.update(touched_at=now() - working.KEEP_WORKS - timedelta(days=1))
    working.forget()
    assert not Work.objects.exists()
    assert Blob.objects.filter(pk=blob.pk).exists()  # an item uses the same bytes


# The child stops itself by the signal that nobody can catch: before a part, and inside the
# transaction of the end.
CHILD = """
import os, signal, sys
import django
django.setup()
from rathaus.records.intake import planning, working
where, work = sys.argv[1], int(sys.argv[2])
def die(*args, **more):
    os.kill(os.getpid(), signal.SIGKILL)
if where == "part":
    made, calls = planning.made, []
    def fourth(*args):
        calls.append(1)
        return die() if len(calls) == 4 else made(*args)
    planning.made = fourth
else:
    replace = working.replace
    def half(**more):
        replace(**more)
        die()
    working.replace = half
working.run(work)
"""


@pytest.mark.django_db(transaction=True)
def test_kill_leaves_the_original_and_the_work_goes_on(case: Case) -> None:
    item = long_item(case)
    content = item.read()
    work = ordered(item)
    for where, made in (("part", 3), ("inside", 7)):
        child = subprocess.run(
            [sys.executable, "-c", CHILD, where, str(work.pk)],
            env={**os.environ, **child_environment()},
            capture_output=True,
            check=False,
        )
        assert child.returncode == -signal.SIGKILL, child.stderr.decode()[-2000:]
        item.refresh_from_db()
        assert (item.state, item.read()) == ("working", content)
        assert work.parts.exclude(blob=None).count() == made
        assert not parts_of(item)
    run_pending()
    item.refresh_from_db()
    assert item.state == "replaced"
    assert [part.pages for part in parts_of(item)] == [2] * 7
