"""When a case has to be put into the search."""

from __future__ import annotations

from datetime import timedelta

from rathaus.core.clock import now
from rathaus.core.jobs import enqueue
from rathaus.records import jobs
from rathaus.records.models import Case

DELAY = timedelta(seconds=1)
"""So that what is filed shortly after one another is indexed at once."""


def queue(case: Case, *, opening: bool = False) -> None:
    """Enqueue the indexing of what is new in `case`; call it in the transaction of the change."""
    enqueue(
        jobs.index,
        run_at=now() + DELAY,
        dedupe_key=f"index:{case.pk}",
        surely_new=opening,
        case_id=case.pk,
    )
