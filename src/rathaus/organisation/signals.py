"""Every write of this room gives the town a new revision, which empties the caches.

Bulk writes send no signals: call `changed` after them.
"""

from __future__ import annotations

import uuid

from django.db.models.signals import post_delete, post_save

from rathaus.organisation import queries
from rathaus.organisation.models import (
    Closure,
    Membership,
    Office,
    OpeningHours,
    StaffMember,
    Town,
)


def changed(**kwargs: object) -> None:
    """Give the town a new revision."""
    Town.objects.update(revision=uuid.uuid4())
    queries.forget()


def connect() -> None:
    """Watch the models of this room."""
    for model in (Town, Office, OpeningHours, Closure, StaffMember, Membership):
        for signal in (post_save, post_delete):
            signal.connect(changed, sender=model, dispatch_uid=f"organisation-{model.__name__}")
