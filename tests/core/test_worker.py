"""The worker: killed, hanging or busy, it loses nothing and does nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta

import pytest
import time_machine
from tests.support.database import child_environment

from rathaus.core import jobs, worker
from rathaus.core.clock import now
from rathaus.core.models import Counter, Job, JobState


@jobs.job("test.no_hurry")
def no_hurry() -> None:
    pass


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
    jobs.enqueue(no_hurry)
    host, boot, _ = worker.owner_name().split("|")
    assert jobs.claim(f"{host}|{boot}|{2**22 + 5}")
    assert worker.release_orphans() == 1
    assert jobs.run_pending() == 1


@pytest.mark.django_db
def test_worker_keeps_the_leases_of_what_it_runs_itself():
    jobs.enqueue(no_hurry)
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
    import os, signal, sys, threading
    import django
    django.setup()
    from rathaus.core import jobs, right_of_way, wakeup, worker

    right_of_way.HOLD_SECONDS = right_of_way.LONGEST_SECONDS = 3600.0
    freed = threading.Event()

    @jobs.job("test.waits")
    def waits():
        if sys.argv[1] == "pages behind":
            wakeup.send(wakeup.BEHIND)
            while not here._way.is_for_pages():
                freed.wait(0.01)
        os.write(1, b"waits\\n")
        freed.wait()

    @jobs.job("test.no_hurry")
    def no_hurry():
        pass

    @jobs.job("test.frees_at_once", prompt=True)
    def frees():
        os.kill(os.getpid(), signal.SIGTERM)
        freed.set()

    here = worker.Worker()
    here.run()
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


def _states_after_busy(why: str, waiting: int) -> dict[str, str]:
    """So many long jobs run when one without hurry and one that ends it all come."""
    for _ in range(waiting):
        jobs.enqueue(waits)
    env = {**os.environ, **child_environment()}
    with subprocess.Popen(
        [sys.executable, "-c", BUSY, why], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        for _ in range(waiting):
            assert child.stdout.readline() == b"waits\n"
        jobs.enqueue(no_hurry)
        jobs.enqueue(frees_at_once)
        assert child.wait(60) == 0, child.stderr.read().decode()
    return dict(Job.objects.filter(name__startswith="test.").values_list("name", "state"))


@pytest.mark.django_db(transaction=True)
def test_two_long_jobs_do_not_hold_up_what_somebody_waits_for():
    """Two scans are being read when a code for logging in is to be sent."""
    states = _states_after_busy("long jobs", worker.AT_ONCE)
    assert states["test.frees_at_once"] == JobState.DONE


@pytest.mark.django_db(transaction=True)
def test_while_pages_are_behind_only_what_somebody_waits_for_is_begun():
    assert _states_after_busy("pages behind", 1) == {
        "test.waits": JobState.DONE,
        "test.frees_at_once": JobState.DONE,
        "test.no_hurry": JobState.READY,
    }


CLAIMING = textwrap.dedent(
    """
    import os
    import django
    django.setup()
    from rathaus.core import jobs

    input()
    while rows := jobs.claim("elsewhere|x|%d" % os.getpid()):
        for row in rows:
            print(row.pk)
    """
)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_take_each_job_once():
    wanted = {str(jobs.enqueue(no_hurry).pk) for _ in range(60)}
    env = {**os.environ, **child_environment()}
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMING],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    taken = [key for child in children for key in child.communicate()[0].split()]
    assert [child.returncode for child in children] == [0, 0]
    assert sorted(taken) == sorted(wanted)
