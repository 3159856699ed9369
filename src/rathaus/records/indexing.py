"""When a case has to be put into the search."""

from __future__ import annotations

from django.db import transaction

from rathaus.core.jobs import enqueue
from rathaus.core.models import Job, JobState
from rathaus.records import jobs
from rathaus.records.models import Case


def queue(case: Case, *, opening: bool = False) -> None:
    """Enqueue the indexing of what is new in `case`; call it in the transaction of the change.

    Documents filed in the very transaction that opened the case need no job of their own:
    the one of the case cannot run before they are there.
    """
    waiting: Job | None = getattr(case, "_index_job", None)
    if waiting and Job.objects.filter(pk=waiting.pk, state=JobState.READY).exists():
        return
    job = enqueue(jobs.index, case_id=case.pk)
    if opening:
        case._index_job = job  # type: ignore[attr-defined]
        transaction.on_commit(lambda: setattr(case, "_index_job", None))
