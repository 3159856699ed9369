"""What happens to a case while it waits for its disposal."""

from __future__ import annotations

from rathaus.core.events import subscribe
from rathaus.core.models import Event
from rathaus.records.disposal import destruction
from rathaus.records.disposal.actions.processes import spare
from rathaus.records.disposal.models import Item
from rathaus.records.events import CaseReopened


@subscribe(CaseReopened)
def on_case_reopened(_event: CaseReopened, row: Event) -> None:
    """Its retention begins anew: it leaves its process before anybody goes on with that."""
    spare(Item.objects.filter(case__chain_id=row.chain_id), actor=destruction.ACTOR)
