"""What goes with a case of scanned paper at the end of its retention."""

from __future__ import annotations

from rathaus.core.events import erase_personal
from rathaus.core.models import Event
from rathaus.records.disposal import removal
from rathaus.records.models import Case
from rathaus.records.scanning.models import ScanBatch


@removal.register("scanning.words", order=10)
def erase_words(case: Case) -> int:
    """Names and remarks in the chains of the case's batches; the chains stay valid.

    The rows of batches, files and pages are found by their foreign keys.
    """
    chains = ScanBatch.objects.filter(case=case).order_by().values("chain")
    events = Event.objects.filter(chain__in=chains).exclude(personal_digest="")
    return sum(erase_personal(event) for event in events)
