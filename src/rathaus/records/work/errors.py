"""What is refused, in a sentence for the person who tried."""

from __future__ import annotations

from datetime import datetime

from rathaus.records.actions.errors import RecordsError


class WorkError(RecordsError):
    """Refused; ``str(error)`` is a German sentence that says why and what to do."""


class LockedByOther(WorkError):
    """A colleague works on this document."""

    def __init__(self, text: str, *, holder: str, until: datetime) -> None:
        super().__init__(text)
        self.holder = holder
        self.until = until


class InRun(WorkError):
    """A co-signing run is under way over this document."""


class Moved(WorkError):
    """Somebody else was faster: the thing is no longer in the state that was shown."""


class NotYours(WorkError):
    """This step, lock or task belongs to somebody else."""


class Unfit(WorkError):
    """What was typed or chosen cannot be used."""
