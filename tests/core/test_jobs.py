"""Jobs: nothing lost, nothing done twice, failures end where a person sees them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from tests.support.database import child_environment

from rathaus.core import jobs, worker
from rathaus.core.clock import now
from rathaus.core.models import Counter, CronEntry, Job, JobState

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
    """A code for logging in, while a hundred receipts lie before it."""
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
def test_who_looks_for_what_is_urgent_leaves_the_rest_until_it_has_waited():
    jobs.enqueue(note, text="a")
    jobs.enqueue(note_one, text="b")
    jobs.enqueue(note_one, text="c")
    assert not jobs.claim("x", waited=worker.LONG)
    jobs.enqueue(send_code)
    jobs.run(jobs.claim("x", waited=worker.LONG))
    assert done == ["code"]
    assert not jobs.claim("x", waited=worker.LONG)
    with time_machine.travel(now() + worker.LONG, tick=False):
        while rows := jobs.claim("x", waited=worker.LONG):
            jobs.run(rows)
    assert done == ["code", "a"]
    assert together == [["b", "c"]]


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="only Linux has it")
def test_jobs_run_only_while_no_page_is_being_made():
    pid = os.fork()
    if not pid:
        worker._only_when_idle()
        os._exit(int(os.sched_getscheduler(0) != os.SCHED_IDLE))
    assert os.waitpid(pid, 0)[1] == 0


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


CHILD = textwrap.dedent(
    """
    import os, signal, sys
    import django
    django.setup()
    from django.db import transaction
    from rathaus.core import jobs
    from rathaus.core.models import Counter

    @jobs.job("test.counts")
    def counts():
        with transaction.atomic():
            Counter.objects.create(series="effect", last=1)
            if sys.argv[1] == "before":
                os.kill(os.getpid(), signal.SIGKILL)
        if sys.argv[1] == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    jobs.run(jobs.claim("child|x|%d" % os.getpid()))
    """
)


@jobs.job("test.counts")
def counts() -> None:
    Counter.objects.get_or_create(series="effect", defaults={"last": 1})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_worker_loses_nothing_and_does_nothing_twice(when):
    jobs.enqueue(counts)
    env = {**os.environ, **child_environment()}
    child = subprocess.run(
        [sys.executable, "-c", CHILD, when], env=env, capture_output=True, check=False
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    assert Counter.objects.filter(series="effect").count() == (when == "after")
    with time_machine.travel(now() + jobs.LEASE + timedelta(seconds=1)):
        jobs.run_pending()
    assert Counter.objects.filter(series="effect").count() == 1
    assert Job.objects.get(name="test.counts").state == JobState.DONE


@pytest.mark.django_db
def test_worker_frees_leases_of_processes_that_are_gone():
    jobs.enqueue(note, text="a")
    host, boot, _ = worker.owner_name().split("|")
    assert jobs.claim(f"{host}|{boot}|{2**22 + 5}")
    assert worker.release_orphans() == 1
    assert jobs.run_pending() == 1


@pytest.mark.django_db
def test_worker_keeps_the_leases_of_what_it_runs_itself():
    jobs.enqueue(note, text="a")
    assert jobs.claim(worker.owner_name())
    assert worker.release_orphans(own=False) == 0
    assert jobs.run_pending() == 0
    assert worker.release_orphans() == 1  # of an earlier process with the same number


HANGING = textwrap.dedent(
    """
    import threading
    import django
    django.setup()
    from rathaus.core import jobs, worker

    @jobs.job("test.hangs")
    def hang():
        threading.Event().wait()

    worker.WATCH_SECONDS = 0.05
    jobs.LEASE = jobs.timedelta(seconds=0.2)
    worker.Worker().run()
    """
)


@jobs.job("test.hangs")
def hang() -> None:
    raise AssertionError("runs only in the child")


@pytest.mark.django_db(transaction=True)
def test_job_that_hangs_ends_its_worker_and_is_taken_again():
    row = jobs.enqueue(hang)
    env = {**os.environ, **child_environment()}
    child = subprocess.run(
        [sys.executable, "-c", HANGING], env=env, capture_output=True, check=False, timeout=60
    )
    assert child.returncode == worker.HANGING, child.stderr.decode()
    assert b"a job hangs" in child.stderr
    with time_machine.travel(now() + jobs.LEASE + timedelta(seconds=1)):
        (taken,) = jobs.claim("next")
    assert taken.pk == row.pk


BESIDE = textwrap.dedent(
    """
    import os, signal, threading
    import django
    django.setup()
    from rathaus.core import jobs, worker

    freed = threading.Event()

    @jobs.job("test.waits")
    def waits():
        freed.wait()
        os.kill(os.getpid(), signal.SIGTERM)

    @jobs.job("test.frees")
    def frees():
        freed.set()

    worker.Worker().run()
    """
)


BUSY = textwrap.dedent(
    """
    import os, signal, threading
    import django
    django.setup()
    from rathaus.core import jobs, worker

    freed = threading.Event()

    @jobs.job("test.waits")
    def waits():
        os.write(1, b"waits\\n")
        freed.wait()

    @jobs.job("test.note")
    def note(text):
        pass

    @jobs.job("test.frees_at_once", prompt=True)
    def frees():
        os.kill(os.getpid(), signal.SIGTERM)
        freed.set()

    worker.Worker().run()
    """
)


@jobs.job("test.waits")
def waits() -> None:
    raise AssertionError("runs only in the child")


@jobs.job("test.frees")
def frees() -> None:
    raise AssertionError("runs only in the child")


@pytest.mark.django_db(transaction=True)
def test_a_long_job_does_not_hold_up_the_others():
    """The long one ends only after the other; then the worker is told to stop and notes both."""
    jobs.enqueue(waits)
    jobs.enqueue(frees)
    env = {**os.environ, **child_environment()}
    child = subprocess.run(
        [sys.executable, "-c", BESIDE], env=env, capture_output=True, check=False, timeout=60
    )
    assert child.returncode == 0, child.stderr.decode()
    states = dict(Job.objects.filter(name__startswith="test.").values_list("name", "state"))
    assert states == {"test.waits": JobState.DONE, "test.frees": JobState.DONE}


@jobs.job("test.frees_at_once", prompt=True)
def frees_at_once() -> None:
    raise AssertionError("runs only in the child")


@pytest.mark.django_db(transaction=True)
def test_two_long_jobs_do_not_hold_up_what_somebody_waits_for():
    """Two scans are being read when a code for logging in is to be sent."""
    for _ in range(worker.AT_ONCE):
        jobs.enqueue(waits)
    env = {**os.environ, **child_environment()}
    with subprocess.Popen(
        [sys.executable, "-c", BUSY], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        for _ in range(worker.AT_ONCE):
            assert child.stdout.readline() == b"waits\n"
        jobs.enqueue(note, text="no hurry")
        jobs.enqueue(frees_at_once)
        assert child.wait(60) == 0, child.stderr.read().decode()
    states = dict(Job.objects.filter(name__startswith="test.").values_list("name", "state"))
    assert states["test.frees_at_once"] == JobState.DONE
