"""Opening a draft or an application without an account: by reference and code."""

from __future__ import annotations

import uuid
from datetime import timedelta

from rathaus.core import ratelimit, secrets
from rathaus.core.clock import now
from rathaus.proceedings.errors import (
    BelongsToAccount,
    CodeExpired,
    CodeWrong,
    DraftAlreadySubmitted,
    TooManyTries,
)
from rathaus.proceedings.models import Application, Draft, DraftState

TRIES = 10
"""By one sender for one target."""
TRIES_ALL = 200
"""By all senders for one target. A code has 60 bits, so this is far from guessing it, and nobody
keeps another person from an Aktenzeichen, which is no secret, by typing wrong codes."""
PER = timedelta(minutes=15)


def open_draft(public_id: str, code: str, *, sender: str) -> Draft:
    """The draft that belongs to this link and code.

    Raises: TooManyTries, CodeWrong (BelongsToAccount), CodeExpired, DraftAlreadySubmitted.
    """
    _count("draft", public_id, sender)
    draft = (
        Draft.objects.filter(public_id=_uuid(public_id)).select_related("version__service").first()
    )
    if draft is None or not draft.code_sealed or not secrets.codes_equal(code, draft.code):
        raise CodeWrong
    if draft.account_id is not None:
        raise BelongsToAccount(draft.public_id)
    if draft.state == DraftState.SUBMITTED:
        raise DraftAlreadySubmitted(draft.application)
    if draft.expires_at < now():
        raise CodeExpired
    return draft


def by_reference(reference: str, code: str, *, sender: str) -> Application:
    """The application with this Aktenzeichen and code.

    Raises: TooManyTries, CodeWrong (BelongsToAccount).
    """
    reference = reference.strip().upper()[:60]
    _count("application", reference, sender)
    application = (
        Application.objects.filter(case__reference=reference)
        .select_related("case", "version__service")
        .first()
    )
    if application is None or not secrets.codes_equal(code, application.code):
        raise CodeWrong
    if application.account_id is not None or application.represented_id is not None:
        raise BelongsToAccount(application.public_id)
    return application


def _count(kind: str, target: str, sender: str) -> None:
    # Per target against guessing one code, per sender against walking through references.
    limits = (
        (f"code:{kind}:one", f"{target} {sender}", TRIES),
        ("code:sender", sender, TRIES * 3),
        (f"code:{kind}", target, TRIES_ALL),
    )
    for bucket, key, limit in limits:
        if not ratelimit.allow(bucket, key, limit=limit, per=PER):
            raise TooManyTries  # without counting against those who may still try


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text.strip())
    except ValueError:
        raise CodeWrong from None
