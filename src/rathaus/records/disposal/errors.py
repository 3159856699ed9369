"""What disposal refuses, in words for the person who tried."""

from __future__ import annotations

from django.utils.functional import Promise

from rathaus.records.actions.errors import RecordsError


class DisposalRefused(RecordsError):
    """Something that retention, a hold or the order of steps does not allow."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))
        self.reason = reason


class StillReferenced(RecordsError):
    """Rows of another part hang on a case and nobody said what becomes of them."""


class NotAllDestroyed(RecordsError):
    """Some released cases could not be destroyed; the others were."""


class SamePerson(DisposalRefused):
    """Who proposed a destruction cannot release it (four eyes)."""
