"""Compare-and-swap along the transition table."""

from __future__ import annotations

from rathaus.records.scanning.errors import MovedOn
from rathaus.records.scanning.models import ScanBatch
from rathaus.records.scanning.states import BatchState, transition


def move(batch: ScanBatch, name: str, **changes: object) -> None:
    """Take `batch` one step further, with `changes`. Raises: MovedOn."""
    step = transition(name)
    rows = ScanBatch.objects.filter(pk=batch.pk, state=step.source)
    if not rows.update(state=step.target, **changes):
        raise MovedOn
    batch.state = step.target
    for key, value in changes.items():
        setattr(batch, key, value)


def require(batch: ScanBatch, *states: BatchState) -> None:
    """Lock out other changes in this transaction and check the state. Raises: MovedOn.

    The update of an unchanged row is what both databases understand as a lock.
    """
    rows = ScanBatch.objects.filter(pk=batch.pk, state__in=states)
    if not rows.update(sheets=batch.sheets):
        raise MovedOn
