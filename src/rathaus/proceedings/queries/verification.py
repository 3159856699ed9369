"""Checking a document by the code printed on it; open to everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rathaus.core import ratelimit, secrets
from rathaus.proceedings.errors import TooManyTries
from rathaus.proceedings.models import Verification


@dataclass(frozen=True)
class ReceiptCheck:
    """What the town hall vouches for; says nothing about the person."""

    kind: str
    title: str
    reference: str
    service: str
    office: str
    issued_at: datetime
    submitted_at: datetime
    answers_sha256: str
    sha256: str

    def matches(self, sha256: str) -> bool:
        """Whether a file with this digest is the document that was issued."""
        return bool(self.sha256) and sha256 == self.sha256


def verify_receipt(code: str, *, sender: str) -> ReceiptCheck | None:
    """What is known about the document with this code; None if there is none.

    Raises: TooManyTries.
    """
    if not ratelimit.allow("verify", sender, limit=30, per=timedelta(minutes=10)):
        raise TooManyTries
    row = (
        Verification.objects.filter(code=secrets.normalise_code(code)[:24])
        .exclude(sha256="")
        .select_related("application__case__office", "application__version__service")
        .first()
    )
    if row is None:
        return None
    application = row.application
    return ReceiptCheck(
        kind=row.kind,
        title=row.title,
        reference=application.reference,
        service=application.service.title,
        office=application.case.office.name,
        issued_at=row.issued_at,
        submitted_at=application.submitted_at,
        answers_sha256=application.answers_sha256,
        sha256=row.sha256,
    )
