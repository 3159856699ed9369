"""What may be used once: assertions and codes, remembered until they are out of date."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from rathaus.accounts.models import SpentAssertion
from rathaus.core import secrets
from rathaus.core.clock import now


def spend(name: str, *, expires_at: datetime) -> bool:
    """Use up `name`; False if somebody did before. The unique constraint decides races."""
    try:
        with transaction.atomic():
            SpentAssertion.objects.create(
                digest=secrets.digest(name, "spent"), expires_at=expires_at
            )
    except IntegrityError:
        return False
    return True


def forget() -> int:
    """Delete what is out of date and refused for that anyway; returns how many."""
    return SpentAssertion.objects.filter(expires_at__lt=now()).delete()[0]
