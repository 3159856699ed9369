"""Work of the intake in the background."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction

from rathaus.core.clock import now
from rathaus.core.jobs import cron, enqueue, job
from rathaus.core.models import Job, JobState

log = logging.getLogger("rathaus.intake")
STUCK = timedelta(minutes=15)


def check_key(item_id: int) -> str:
    """The key under which at most one check of an item waits."""
    return f"intake.check:{item_id}"


@job("intake.check")
def check(*, item_id: int) -> None:
    """Virus scanner, type, text, signatures (`checking`)."""
    from rathaus.records.intake import checking

    checking.run(item_id)


@job("intake.draw", max_attempts=4)
def draw(*, item_id: int) -> None:
    """Pictures of the pages; of a mail a PDF first. Separator sheets of scans are looked for."""
    from rathaus.records.intake import drawing

    drawing.run(item_id)


def work_key(work_id: int) -> str:
    """The key under which at most one job of a work waits."""
    return f"intake.work:{work_id}"


@job("intake.work")
def work_on(*, work_id: int) -> None:
    """Divide, merge, order, separate, unpack (`working`)."""
    from rathaus.records.intake import working

    working.run(work_id)


@job("intake.read", max_attempts=2)
def read(*, item_id: int) -> None:
    """The words of a scan that has none, so that a place can be suggested."""
    from rathaus.records.intake import drawing

    drawing.read(item_id)


@job("intake.suggest", max_attempts=4)
def suggest(*, item_id: int) -> None:
    """Where it could be filed."""
    from rathaus.records.intake.suggesting import make

    make.run(item_id)


@job("intake.learn", max_attempts=4)
def learn(*, item_id: int) -> None:
    """Remember what was filed where."""
    from rathaus.records.intake.suggesting import similar

    similar.learn(item_id)


@cron("intake.habits", every=timedelta(hours=6))
def learn_all() -> None:
    """Offices with a staging area read what they filed lately; some documents at a time."""
    from rathaus.records.intake.models import Item
    from rathaus.records.intake.suggesting import similar

    offices = Item.objects.filter(state="ready").values_list("office", flat=True)
    for pk in offices.order_by("office").distinct():
        similar.learn_office(pk)


@job("intake.folder", max_attempts=2)
def look_into(*, folder_id: int) -> None:
    """Take in what lies in one watched folder."""
    from rathaus.records.intake.sources import folders

    folders.run(folder_id)


@job("intake.mailbox", max_attempts=2)
def fetch(*, mailbox_id: int) -> None:
    """Take in what lies in one mail box."""
    from rathaus.records.intake.sources import imap

    imap.run(mailbox_id)


@cron("intake.look", every=timedelta(minutes=1))
def look() -> None:
    """Look into every folder and mail box; each in a job of its own."""
    from rathaus.records.intake.models import Folder, MailBox

    with transaction.atomic():
        for pk in Folder.objects.filter(active=True).values_list("pk", flat=True):
            enqueue(look_into, dedupe_key=f"intake.folder:{pk}", folder_id=pk)
        for pk in MailBox.objects.filter(active=True).values_list("pk", flat=True):
            enqueue(fetch, dedupe_key=f"intake.mailbox:{pk}", mailbox_id=pk)


@cron("intake.watch", every=timedelta(minutes=10))
def watch() -> None:
    """Items whose check got lost (a dead job, a restored database) are checked again; works too."""
    from rathaus.records.intake import working
    from rathaus.records.intake.models import Item

    waiting = Item.objects.filter(state__in=["received", "checking"], state_at__lt=now() - STUCK)
    for pk in waiting.order_by("state_at").values_list("pk", flat=True)[:200]:
        key = check_key(pk)
        busy = [JobState.READY, JobState.RUNNING]
        if not Job.objects.filter(dedupe_key=key, state__in=busy).exists():
            with transaction.atomic():
                enqueue(check, dedupe_key=key, item_id=pk)
    working.watch()


@cron("intake.purge", every=timedelta(hours=12))
def purge() -> None:
    """Delete what was thrown away 30 days ago, uploads that nobody finished, and originals of
    divided and merged stacks whose time is over.
    """
    from rathaus.records.intake import originals, purging, working

    working.forget()
    purging.run()
    originals.run()
