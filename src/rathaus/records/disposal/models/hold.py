"""What stands against deletion or demands it: legal holds and requests for erasure."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from rathaus.records.disposal.states import RequestState
from rathaus.records.models import Case, Dossier


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    """Reads of holds."""

    def active(self, on: date) -> LegalHoldQuerySet:
        """Holds that count on this day."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=on), released_at__isnull=True)


class LegalHold(models.Model):
    """Nothing below it is offered or destroyed, e.g. because of a lawsuit."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="holds"
    )
    dossier = models.ForeignKey(
        Dossier, null=True, blank=True, on_delete=models.PROTECT, related_name="holds"
    )
    reason = models.CharField(max_length=300)
    set_by = models.CharField(max_length=120)
    set_at = models.DateTimeField()
    until = models.DateField(null=True, blank=True)
    """Last day; empty: until somebody releases it."""
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=120, blank=True, default="")
    release_reason = models.CharField(max_length=300, blank=True, default="")

    objects: ClassVar[Any] = LegalHoldQuerySet.as_manager()

    class Meta:
        ordering = ["-set_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, dossier__isnull=True)
                | Q(case__isnull=True, dossier__isnull=False),
                name="disposal_hold_on_one",
            ),
        ]

    def counts_on(self, day: date) -> bool:
        """Whether it stands on this day."""
        return self.released_at is None and (self.until is None or self.until >= day)


class ErasureRequest(models.Model):
    """Somebody asked for the deletion of their data (GDPR Art. 17) in a case."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="erasure_requests")
    received_on = models.DateField()
    note = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(
        max_length=12, choices=RequestState.choices, default=RequestState.RESTRICTED
    )
    entered_by = models.CharField(max_length=120)
    entered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=120, blank=True, default="")
    closing_note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-received_on", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="restricted"), name="disposal_request_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="disposal_request_state"
            ),
        ]
