"""Reminders (Wiedervorlagen)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rathaus.organisation.models import Office, StaffMember
from rathaus.records.models import Case, Document


class ReminderState(models.TextChoices):
    """Whether it still calls."""

    OPEN = "open", _("offen")
    DONE = "done", _("erledigt")
    WITHDRAWN = "withdrawn", _("zurückgenommen")


class Reminder(models.Model):
    """On a day a person, or an office, looks at a case again."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="work_reminders")
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.CASCADE, related_name="work_reminders"
    )
    due_on = models.DateField()
    text = models.CharField(max_length=300)
    staff = models.ForeignKey(
        StaffMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    office = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        max_length=10, choices=ReminderState.choices, default=ReminderState.OPEN
    )
    created_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        StaffMember, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["due_on", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(staff__isnull=True, office__isnull=False)
                | Q(staff__isnull=False, office__isnull=True),
                name="work_reminder_for_one",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReminderState.values), name="work_reminder_state"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["staff", "state", "due_on"]),
            models.Index(fields=["office", "state", "due_on"]),
        ]
