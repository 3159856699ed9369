"""What may be used once: assertions and codes. A second use is a replay."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from rathaus.accounts.models import SpentAssertion
from rathaus.accounts.sources.base import LoginRefused
from rathaus.core import secrets
from rathaus.core.clock import now


def spend(source_key: str, ident: str, *, until: datetime) -> None:
    """Use `ident` of a source up; remembered `until`, after which it is refused anyway.

    Raises: LoginRefused.
    """
    digest = secrets.digest(f"{source_key}\n{ident}", "spent")
    try:
        with transaction.atomic():
            SpentAssertion.objects.create(digest=digest, expires_at=until)
    except IntegrityError as error:
        raise LoginRefused("replay") from error


def drop_expired() -> int:
    """Forget what is refused by its time anyway; returns how many."""
    return SpentAssertion.objects.filter(expires_at__lt=now()).delete()[0]
