"""Jobs: nothing lost, nothing done twice, failures end where a person sees them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction

from rathaus.core import jobs
from rathaus.core.clock import now
from rathaus.core.models import CronEntry, Job, JobState

done: list[str] = []


@jobs.job("test.note")
def note(*, text: str) -> None:
    done.append(text)


@jobs.job("test.fail", max_attempts=3)
def fail() -> None:
    raise ValueError("broken on purpose")


@jobs.job("test.later")
def later() -> None:
    raise jobs.RetryLater(60, "not yet")


@jobs.job("test.code", prompt=True)
def send_code() -> None:
    done.append("code")


together: list[list[str]] = []


def note_all(many: list[dict[str, str]]) -> None:
    texts = [row["text"] for row in many]
    if "bad" in texts:
        raise ValueError("one of them is broken")
    together.append(texts)


@jobs.job("test.note_together", max_attempts=2, many=note_all)
def note_one(*, text: str) -> None:
    if text == "bad":
        raise ValueError("broken on purpose")
    done.append(text)


@pytest.fixture(autouse=True)
def _empty():
    together.clear()
    done.clear()


@pytest.mark.django_db
def test_job_runs_once():
    jobs.enqueue(note, text="a")
    assert jobs.run_pending() == 1
    assert jobs.run_pending() == 0
    assert done == ["a"]


@pytest.mark.django_db(transaction=True)
def test_rolled_back_transaction_leaves_no_job():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.enqueue(note, text="never")
        1 / 0  # noqa: B018
    assert jobs.run_pending() == 0


@pytest.mark.django_db
def test_failing_job_backs_off_and_dies_visibly_and_can_be_restarted():
    row = jobs.enqueue(fail)
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(3):
            assert jobs.run_pending() == 1
            assert jobs.run_pending() == 0  # waits before the next try
            clock.shift(timedelta(hours=5))
        row.refresh_from_db()
        assert row.state == JobState.DEAD
        assert "broken on purpose" in row.last_error
        assert jobs.run_pending() == 0
        assert jobs.retry(row)
        assert not jobs.retry(row)
        assert jobs.run_pending() == 1


@pytest.mark.django_db
def test_what_somebody_waits_for_goes_before_a_heap_of_other_work():
    """A code for logging in, while a heap of receipts lies before it."""
    for number in range(20):
        jobs.enqueue(note, text=str(number))
    jobs.enqueue(send_code)
    jobs.enqueue(send_code, run_at=now() + timedelta(hours=1))
    jobs.run(jobs.claim("x"))
    jobs.run(jobs.claim("x"))
    assert done == ["code", "0"], "what is not due yet does not go before"


@pytest.mark.django_db
def test_a_code_that_could_not_be_sent_still_goes_first_later():
    row = jobs.enqueue(send_code)
    Job.objects.filter(pk=row.pk).update(state=JobState.DEAD)
    jobs.enqueue(note, text="a")
    row.refresh_from_db()
    assert jobs.retry(row)
    assert jobs.run_pending() == 2
    assert done == ["code", "a"]


@pytest.mark.django_db
def test_who_looks_for_what_somebody_waits_for_leaves_the_rest():
    jobs.enqueue(note, text="a")
    jobs.enqueue(note_one, text="b")
    assert not jobs.claim("x", only_prompt=True)
    jobs.enqueue(send_code)
    jobs.run(jobs.claim("x", only_prompt=True))
    assert not jobs.claim("x", only_prompt=True)
    assert done == ["code"]
    assert jobs.run_pending() == 2


@pytest.mark.django_db
def test_a_lost_job_is_none_of_those_somebody_waits_for():
    jobs.enqueue(note, text="a")
    assert jobs.claim("elsewhere|boot|1")
    with time_machine.travel(now() + jobs.LEASE + timedelta(seconds=1)):
        assert not jobs.claim("x", only_prompt=True)
        assert jobs.claim("x")


@pytest.mark.django_db
def test_waiting_is_no_failed_try():
    row = jobs.enqueue(later)
    jobs.run_pending()
    row.refresh_from_db()
    assert (row.state, row.attempts) == (JobState.READY, 0)


@pytest.mark.django_db
def test_back_off_lasts_for_hours():
    assert sum(jobs.backoff(n) for n in range(1, 12)) > 2 * 3600


@pytest.mark.django_db
def test_one_waiting_job_per_key():
    first = jobs.enqueue(note, dedupe_key="k", text="a")
    assert jobs.enqueue(note, dedupe_key="k", text="b").pk == first.pk
    jobs.run_pending()
    assert jobs.enqueue(note, dedupe_key="k", text="c").pk != first.pk


@contextmanager
def somebody_who_changes_something(key: str) -> Iterator[None]:
    """Another connection has asked for the work of `key` and has not committed its change yet."""
    asked, may_end = threading.Event(), threading.Event()

    def change() -> None:
        try:
            with transaction.atomic():
                jobs.enqueue(note, dedupe_key=key, text="from a change")
                asked.set()
                may_end.wait(30)
        finally:
            asked.set()
            connection.close()

    thread = threading.Thread(target=change)
    thread.start()
    assert asked.wait(30)
    yield
    may_end.set()
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_waiting_job_does_not_begin_before_the_change_that_asked_for_it_is_there():
    jobs.enqueue(note, dedupe_key="k", text="a")
    with somebody_who_changes_something("k"):
        if connection.vendor == "postgresql":  # SQLite has one writer: nobody can take a job now
            assert not jobs.claim("x")
    assert jobs.run_pending() == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_that_begins_while_it_is_asked_for_again_does_not_swallow_that(monkeypatch):
    """Twice in a row somebody else was quicker: he put one in, and a worker has begun it."""
    first = jobs.enqueue(note, dedupe_key="k", text="a")
    answers = iter([None, "begins"])
    look = jobs._waiting

    def waiting(key: str) -> Job | None:
        match next(answers, ""):
            case "begins":
                assert [row.pk for row in jobs.claim("x")] == [first.pk]
                return look(key)
            case None:
                return None
        return look(key)

    monkeypatch.setattr(jobs, "_waiting", waiting)
    again = jobs.enqueue(note, dedupe_key="k", text="b")
    assert again.pk != first.pk
    assert again.state == JobState.READY


@pytest.mark.django_db
def test_a_dead_job_whose_work_waits_again_is_done_by_that_one():
    dead = jobs.enqueue(note, dedupe_key="k", text="a")
    Job.objects.filter(pk=dead.pk).update(state=JobState.DEAD)
    other = jobs.enqueue(note, dedupe_key="k", text="b")
    assert jobs.retry(dead)
    assert Job.objects.get(pk=dead.pk).state == JobState.DONE
    assert Job.objects.get(pk=other.pk).state == JobState.READY


@pytest.mark.django_db
def test_what_a_vanished_worker_left_is_not_held_up_by_a_heap_of_other_work():
    """The server lost its power while it sent a code and read in a heap of files."""
    jobs.enqueue(note, text="old")
    jobs.enqueue(send_code)
    assert len(jobs.claim("elsewhere|boot|1") + jobs.claim("elsewhere|boot|1")) == 2
    for number in range(20):
        jobs.enqueue(note, text=str(number))
    with time_machine.travel(now() + jobs.LEASE + timedelta(seconds=1)):
        jobs.run(jobs.claim("x", only_prompt=True))
        jobs.run(jobs.claim("x"))
        jobs.run(jobs.claim("x"))
    assert done == ["code", "old", "0"]


@pytest.mark.django_db
def test_unknown_job_is_kept():
    Job.objects.create(name="gone", run_at=now(), created_at=now())
    jobs.run_pending()
    assert Job.objects.get(name="gone").state == JobState.READY


@pytest.mark.django_db
def test_lease_of_a_vanished_worker_is_taken_over():
    jobs.enqueue(note, text="a")
    assert jobs.claim("elsewhere|boot|1")
    assert not jobs.claim("me")
    with time_machine.travel(now() + jobs.LEASE + timedelta(seconds=1)):
        (taken,) = jobs.claim("me")
        assert taken.attempts == 2


@pytest.mark.django_db
def test_job_that_kills_its_worker_each_time_is_buried():
    row = jobs.enqueue(fail)
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(3):
            assert jobs.claim("x")
            clock.shift(jobs.LEASE + timedelta(seconds=1))
        assert not jobs.claim("x")
    row.refresh_from_db()
    assert row.state == JobState.DEAD


@pytest.mark.django_db
def test_cron_runs_once_however_many_workers_look():
    with time_machine.travel(now(), tick=False) as clock:
        jobs.tick()
        jobs.tick()
        jobs.tick()
        assert Job.objects.filter(name="core.clean_up").count() == 1
        clock.shift(timedelta(hours=2))
        jobs.run_pending()
        jobs.tick()
        assert Job.objects.filter(name="core.clean_up").count() == 2
    assert CronEntry.objects.get(name="core.clean_up").next_run > now()


@pytest.mark.django_db
def test_waiting_jobs_of_one_name_are_worked_on_together():
    jobs.enqueue(note, text="other")
    for number in range(jobs.BATCH + 1):
        jobs.enqueue(note_one, text=str(number))
    assert jobs.run_pending() == jobs.BATCH + 2
    assert together == [[str(number) for number in range(jobs.BATCH)]]
    assert done == ["other", str(jobs.BATCH)], "one alone goes the usual way"
    assert set(Job.objects.values_list("state", "attempts")) == {(JobState.DONE, 1)}


@pytest.mark.django_db
def test_a_broken_one_does_not_hold_up_the_others():
    for text in ("a", "bad", "b"):
        jobs.enqueue(note_one, text=text)
    assert jobs.run_pending() == 3
    assert (together, done) == ([], ["a", "b"])
    (left,) = Job.objects.exclude(state=JobState.DONE)
    assert left.args == {"text": "bad"} and "broken on purpose" in left.last_error


@pytest.mark.django_db
def test_after_a_crash_they_are_taken_one_by_one():
    """One of them may be what took the worker down: it alone is buried in the end."""
    for text in ("a", "b", "c"):
        jobs.enqueue(note_one, text=text)
    assert len(jobs.claim("x")) == 3
    with time_machine.travel(now() + jobs.LEASE + timedelta(seconds=1), tick=False):
        assert len(jobs.claim("x")) == 1
        assert jobs.run_pending() == 2
    assert done == ["b", "c"] and not together
